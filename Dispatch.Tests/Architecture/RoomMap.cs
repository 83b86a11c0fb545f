namespace Dispatch.Tests.Architecture;

/// <summary>Draws the rooms and who uses whom, from the code (Mermaid).</summary>
internal static class RoomMap
{
    /// <summary>Rooms that nearly every other one uses: their arrows would hide the rest.</summary>
    private static readonly string[] UsedByAll = ["", "Model", "Time", "Settings"];

    public static string Draw(IEnumerable<Use> uses)
    {
        var arrows = Arrows(uses);
        var lines = arrows.Where(arrow => !IsImplied(arrow, arrows)).Select(arrow => $"    {Node(arrow.From)} --> {Node(arrow.To)}");
        return $"""
            ```mermaid
            flowchart TD
            {Nodes(Rooms.All.Except(UsedByAll))}
                subgraph ground [used by nearly every room]
            {Nodes(Rooms.All.Intersect(UsedByAll))}
                end
            {string.Join('\n', lines)}
                Data ~~~ ground
            ```
            """;
    }

    // From top to bottom, in the order of the rooms.
    private static (string From, string To)[] Arrows(IEnumerable<Use> uses)
    {
        var order = Rooms.All.ToList();
        return
        [
            .. uses.Select(use => (From: Rooms.Of(use.From) ?? "", To: Rooms.Of(use.Space) ?? ""))
                .Where(arrow => arrow.From != arrow.To && !UsedByAll.Contains(arrow.To))
                .Distinct()
                .OrderBy(arrow => order.IndexOf(arrow.From)).ThenBy(arrow => order.IndexOf(arrow.To)),
        ];
    }

    /// <summary>True if a longer way leads there as well.</summary>
    private static bool IsImplied((string From, string To) arrow, (string From, string To)[] arrows) => arrows
        .Where(first => first.From == arrow.From && first.To != arrow.To)
        .Any(first => ReachedFrom(first.To, arrows).Contains(arrow.To));

    private static HashSet<string> ReachedFrom(string room, (string From, string To)[] arrows)
    {
        var reached = new HashSet<string>();
        var next = new Queue<string>([room]);
        while (next.TryDequeue(out var from))
        {
            foreach (var arrow in arrows.Where(arrow => arrow.From == from && reached.Add(arrow.To))) next.Enqueue(arrow.To);
        }

        return reached;
    }

    private static string Nodes(IEnumerable<string> rooms) =>
        string.Join('\n', rooms.Select(room => $"    {Node(room)}[\"{room.Replace('.', '/')}\"]"));

    private static string Node(string room) => room.Replace(".", "", StringComparison.Ordinal);
}
