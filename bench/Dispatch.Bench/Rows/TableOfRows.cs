using Dispatch.Bench.Rows.Fairness;

namespace Dispatch.Bench.Rows;

/// <summary>All rows, in the order of the table.</summary>
internal static class TableOfRows
{
    public static IReadOnlyList<Row> All { get; } =
    [
        Accepting.Accept,
        Posting.Post,
        Delivering.Steady,
        Delivering.Burst,
        Delivering.One,
        Receivers.Hostage,
        FarDatabase.Far,
        Locking.Locked,
        Standing.Pending,
        Standing.PendingTenMillion,
        Delivering.Overdue,
        Standing.List,
        Standing.Idle,
        Standing.Lamp,
        Standing.Start,
        Costs.Cost,
        Writing.Written,
        Receivers.ThreeProjects,
        AllAtOnce.Refusing,
        AllAtOnce.Silent,
        Receivers.Names,
        Receivers.SlowInbox,
        Receivers.Shortage,
        Bytes.Posts,
        Bytes.ToInboxes,
        Bytes.AtOnce,
        Reading.Search,
        Reading.OpenDoor,
        Reading.NeverRead,
        Reading.NeverReadDocs,
        Reading.NeverReadLists,
    ];

    /// <summary>Rows that can be asked for by one word.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<Row>> Groups { get; } = new Dictionary<string, IReadOnlyList<Row>>
    {
        ["fairness"] =
        [
            Receivers.Hostage, Locking.Locked, .. All.SkipWhile(row => row != Receivers.ThreeProjects)
        ],
    };
}
