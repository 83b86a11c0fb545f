using System.Globalization;
using System.Text;
using Dispatch.Bench.Contestants;
using Dispatch.Bench.Rows;

namespace Dispatch.Bench.Report;

/// <summary>Writes <c>bench/RESULTS.md</c> from what was measured.</summary>
internal static class Markdown
{
    private static readonly (string Name, string Label)[] Ours =
        [("dispatch-sqlite", "Dispatch, SQLite"), ("dispatch-postgres", "Dispatch, PostgreSQL")];

    public static void Write(Measurements results)
    {
        var text = new StringBuilder(
            "# Results\n\nWritten by `bench/run.sh`; [results.json](results.json) has every run. "
                + "Medians of the runs named below each table. "
                + "Lateness is arrival at the receiver, another process, minus `fireAt`.\n\n");
        foreach (var (name, value) in results.Machine) text.Append(
            CultureInfo.InvariantCulture, $"- **{name}**: {(name == "Dispatch" ? string.Join(", ", results.Commits) : value)}\n");
        text.Append("\n![Lateness by percentile](../" + Chart.Place + ")\n\n## The table\n\n");
        text.Append(
            "| figure | goal | Dispatch, SQLite | Dispatch, PostgreSQL | best peer | ratio | limits |\n"
                + "| --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var row in TableOfRows.All) Summarise(text, results, row);
        foreach (var row in TableOfRows.All) Detail(text, results, row);
        text.Append("## The peers' settings\n\n");
        foreach (var peer in PeerDescription.All) text.Append(
            CultureInfo.InvariantCulture, $"- **{peer.Label}** {peer.Version}: {peer.Settings}\n");
        File.WriteAllText(Path.Combine(DispatchHosts.Top, "bench", "RESULTS.md"), text.ToString());
    }

    private static void Summarise(StringBuilder text, Measurements results, Row row)
    {
        var source = row.ReadOff ?? row.Name;
        var figure = row.Lead?.Figure ?? row.Bounds[0].Figure;
        var cells = Ours.Select(own => Judge(
            row, results.Median(source, own.Name), results.Of(source, own.Name), figure, ShareOfLimit(row, results, own.Name)));
        var best = row.Lead is { } lead ? Best(results, source, row, lead) : null;
        var own = results.Median(source, Ours[0].Name);
        var ratio = best is { } peer && own.TryGetValue(figure, out var ours)
            ? $"{(row.Lead!.MoreIsBetter ? ours / peer.Value : peer.Value / ours):0.0} ×"
            : "";
        var limits = row.Limits.Keys
            .Where(limit => results.Median(source, limit).ContainsKey(figure))
            .Select(limit => $"{limit}: {Number(results.Median(source, limit)[figure])}");
        text.Append(
            CultureInfo.InvariantCulture,
            $"| [{row.Name}](#{row.Name}) ({figure}) | {row.Goal} | {string.Join(" | ", cells)} | "
                + $"{(best is { } b
                    ? $"{b.Label}: {Number(b.Value)}"
                    : PeerDescription.All.All(peer => peer.Cannot.ContainsKey(row.Name)) ? "none does it" : "not measured")}"
                + $" | {ratio} | {string.Join("; ", limits)} |\n");
    }

    private static void Detail(StringBuilder text, Measurements results, Row row)
    {
        var source = row.ReadOff ?? row.Name;
        (string Name, string Label)[] everybody =
        [
            .. Ours, .. PeerDescription.All.Select(peer => (peer.Name, peer.Label)), .. row.Limits.Keys.Select(limit => (limit, limit))
        ];
        var measured = everybody.Where(who => results.Of(source, who.Name).Count > 0).ToArray();
        if (measured.Length == 0) return;

        var columns = measured.SelectMany(who => results.Median(source, who.Name).Keys).Distinct().ToArray();
        if (row.ReadOff is not null) columns = [.. columns.Where(column => column.EndsWith("/job", StringComparison.Ordinal))];
        text.Append(CultureInfo.InvariantCulture, $"## {row.Name}\n\n{row.How}. Goal: {row.Goal}.\n\n");
        var isTall = columns.Length > 12;   // the filters of a list: a line each reads better
        if (isTall) Table(
            text, ["", .. measured.Select(who => who.Label)], columns.Select(column => (string[])
            [
                column, .. measured.Select(who => Cell(results.Median(source, who.Name), column))
            ]));
        else Table(
            text, ["", .. columns, "runs"], measured.Select(who => (string[])
            [
                who.Label, .. columns.Select(column => Cell(results.Median(source, who.Name), column)),
                $"{results.Of(source, who.Name).Count(run => run.Error is null)}"
            ]));
        foreach (var who in measured)
        {
            foreach (var error in results.Of(source, who.Name).Select(run => run.Error).OfType<string>().Distinct()) text.Append(
                CultureInfo.InvariantCulture, $"- {who.Label} failed: {error}\n");
        }

        foreach (var peer in PeerDescription.All.Where(peer => peer.Cannot.ContainsKey(row.Name))) text.Append(
            CultureInfo.InvariantCulture, $"- {peer.Label}: {peer.Cannot[row.Name]}\n");
        foreach (var peer in PeerDescription.All.Where(peer => peer.Limits?.ContainsKey(row.Name) == true)) text.Append(
            CultureInfo.InvariantCulture, $"- {peer.Label}: {peer.Limits![row.Name]}\n");
        text.Append('\n');
    }

    private static void Table(StringBuilder text, string[] head, IEnumerable<string[]> lines)
    {
        text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", head)} |\n|{string.Concat(head.Select(_ => " --- |"))}\n");
        foreach (var line in lines) text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", line)} |\n");
        text.Append('\n');
    }

    /// <summary>What Dispatch reaches of the limit that the goal names; null where it names none.</summary>
    private static double? ShareOfLimit(Row row, Measurements results, string own) =>
        row.LeastOfLimit is { } least
        && results.Median(row.Name, least.Limit).TryGetValue("jobs/s", out var limit)
        && results.Median(row.Name, own).TryGetValue("jobs/s", out var ours)
            ? ours / limit
            : null;

    private static string Judge(Row row, Figures median, IReadOnlyList<Result> runs, string figure, double? shareOfLimit)
    {
        if (runs.Count == 0) return "";
        if (median.Count == 0) return "failed";

        var missed = row.Bounds
            .Where(bound => median.TryGetValue(bound.Figure, out var value) && (value > bound.AtMost || value < bound.AtLeast))
            .Select(bound => $"{bound.Figure} {Number(median[bound.Figure])}")
            .ToList();
        if (shareOfLimit < row.LeastOfLimit?.Share) missed.Add(
            $"{Number(100 * shareOfLimit.Value)} % of the {row.LeastOfLimit!.Value.Limit}");
        var verdict = row.Bounds.Length == 0 ? "" : missed.Count == 0 ? ", met" : $", missed: {string.Join(", ", missed)}";
        return Cell(median, figure) + verdict;
    }

    /// <summary>
    /// Of those that lost nothing and did nothing that the goal forbids altogether: where lateness counts, none that was early.
    /// </summary>
    private static (string Label, double Value)? Best(Measurements results, string source, Row row, Lead lead)
    {
        var peers = PeerDescription.All
            .Select(peer => (peer.Label, Median: results.Median(source, peer.Name)))
            .Where(peer => peer.Median.ContainsKey(lead.Figure) && peer.Median.GetValueOrDefault("lost") == 0
                && row.Bounds.All(bound => bound.AtMost != 0 || peer.Median.GetValueOrDefault(bound.Figure) == 0))
            .Select(peer => (peer.Label, Value: peer.Median[lead.Figure])).OrderBy(peer => peer.Value).ToArray();
        return peers.Length == 0 ? null : lead.MoreIsBetter ? peers[^1] : peers[0];
    }

    private static string Cell(Figures figures, string name) => figures.TryGetValue(name, out var value) ? Number(value) : "–";

    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        0 => "0",
        < 10 => value.ToString("0.00", CultureInfo.InvariantCulture),
        double.NaN => "–",
    };
}
