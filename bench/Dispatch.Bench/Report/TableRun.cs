using Dispatch.Bench.Contestants;
using Dispatch.Bench.Rows;

namespace Dispatch.Bench.Report;

/// <summary>Measures rows, run after run: each run goes through all contestants, so that the machine's moods meet everybody.</summary>
/// <param name="only">The contestants; empty: all, the limits included.</param>
/// <param name="keeps">False: what is measured is printed only.</param>
internal sealed class TableRun(IReadOnlyList<Row> rows, int runs, string[] only, bool keeps)
{
    private readonly Measurements results = Measurements.Load();
    private readonly Dictionary<string, string> machine = Machine.Describe();
    private readonly Dictionary<(bool OnPostgres, int Jobs), Seed> seeds = [];

    public async Task MeasureAsync()
    {
        foreach (var row in rows.Where(_ => keeps))
        {
            foreach (var (who, _) in Entries(row)) results.Forget(row.Name, who);
        }

        try
        {
            for (var run = 1; run <= runs; run++)
            {
                foreach (var row in rows) await MeasureAsync(row, run);
            }
        }
        finally
        {
            foreach (var seed in seeds.Values) await seed.DisposeAsync();
        }
    }

    private IEnumerable<(string Who, Func<Task<Figures>> MeasureAsync)> Entries(Row row)
    {
        if (Wants("dispatch-sqlite") && !row.OnPostgresOnly) yield return (
            "dispatch-sqlite", () => MeasureDispatchAsync(row, onPostgres: false));
        if (Wants("dispatch-postgres") && !row.OnSqliteOnly) yield return (
            "dispatch-postgres", () => MeasureDispatchAsync(row, onPostgres: true));
        foreach (var peer in PeerDescription.All.Where(peer =>
            row.Lead is not null && Wants(peer.Name) && !peer.Cannot.ContainsKey(row.Name)))
        {
            yield return (peer.Name, () => MeasureAsync(row, peer.Create()));
        }

        foreach (var (name, measureAsync) in row.Limits.Where(limit => Wants("limits"))) yield return (name, measureAsync);

        bool Wants(string who) => only.Length == 0 || only.Contains(who);
    }

    private async Task MeasureAsync(Row row, int run)
    {
        if (row.SideBySide)
        {
            foreach (var result in await Task.WhenAll(
                Entries(row).Select(entry => MeasureAsync(row, entry.Who, entry.MeasureAsync)))) Keep(result, run);
            return;
        }

        foreach (var (who, measureAsync) in Entries(row)) Keep(await MeasureAsync(row, who, measureAsync), run);
    }

    private async Task<Result> MeasureAsync(Row row, string who, Func<Task<Figures>> measureAsync)
    {
        try
        {
            return new Result(row.Name, who, DateTimeOffset.UtcNow, machine["Dispatch"], await measureAsync(), null);
        }
        catch (Exception exception) when (
            exception is InvalidOperationException or HttpRequestException or TaskCanceledException
                or Microsoft.Playwright.PlaywrightException)
        {
            return new Result(row.Name, who, DateTimeOffset.UtcNow, machine["Dispatch"], [], exception.Message);
        }
    }

    private void Keep(Result result, int run)
    {
        var said = result.Error is { } error
            ? $"failed: {error}"
            : string.Join(", ", result.Figures.Select(figure => $"{figure.Key} {figure.Value:0.##}"));
        Console.WriteLine($"{DateTime.Now:HH:mm:ss} {result.Row}, {result.Who}, run {run}: {said}");
        if (!keeps) return;
        results.Add(result, machine);
        Markdown.Write(results);
        Chart.Write(results);
    }

    private async Task<Figures> MeasureDispatchAsync(Row row, bool onPostgres)
    {
        var seed = row.Seeded > 0 ? await SeedAsync(onPostgres, row.Seeded) : null;
        return await MeasureAsync(row, row.CreateHosts(onPostgres, seed));
    }

    private static async Task<Figures> MeasureAsync(Row row, Contestant fresh)
    {
        await using var contestant = fresh;
        await contestant.StartAsync();
        return await row.MeasureAsync(contestant);
    }

    private async Task<Seed> SeedAsync(bool onPostgres, int jobs) =>
        seeds.TryGetValue((onPostgres, jobs), out var seed) ? seed : seeds[(onPostgres, jobs)] = await Seed.FillAsync(onPostgres, jobs);
}
