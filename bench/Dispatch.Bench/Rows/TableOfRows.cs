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
        Delivering.Hostage,
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
    ];
}
