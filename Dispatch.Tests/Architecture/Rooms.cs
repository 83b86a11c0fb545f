namespace Dispatch.Tests.Architecture;

/// <summary>The rooms of Dispatch.Core, top floor first. A room may use the rooms below it.</summary>
internal static class Rooms
{
    private const string Root = "Dispatch";

    private static readonly string[] TopDown =
    [
        "Hosting", "Jobs", "Alarms", "Alarms.HangfireAdapter", "Delivery", "Delivery.Http", "Delivery.Targets", "Delivery.Names", "Hosts",
        "Live", "Inboxes", "Projects", "Reading", "Signing", "Writing.Verbs", "Writing", "Counters", "Data.Copying", "Data.Statements",
        "Data", "Fairness", "Model",
    ];

    /// <summary>The ground floor. Its rooms use nothing of Dispatch.</summary>
    private static readonly string[] Ground = ["", "Time", "Settings"];

    public static IReadOnlyList<string> All => [.. TopDown, .. Ground.Where(room => room.Length > 0)];

    /// <summary>The room of a namespace of Dispatch.Core; null if there is none. Generated migrations belong to Data.</summary>
    public static string? Of(string space)
    {
        if (space == Root) return "";
        if (!space.StartsWith(Root + ".", StringComparison.Ordinal)) return null;
        var room = space[(Root.Length + 1)..];
        if (room.StartsWith("Data.Migrations", StringComparison.Ordinal)) return "Data";
        return TopDown.Contains(room) || Ground.Contains(room) ? room : null;
    }

    /// <summary>True if code of one room may use the other.</summary>
    public static bool MayUse(string room, string used) => room == used || FloorOf(room) > FloorOf(used);

    private static int FloorOf(string room) => Array.IndexOf(TopDown, room) is >= 0 and var fromTop ? TopDown.Length - fromTop : 0;
}
