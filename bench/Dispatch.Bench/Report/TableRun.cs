using Dispatch.Bench.Contestants;
using Dispatch.Bench.Rows;

namespace Dispatch.Bench.Report;

/// <summary>Measures rows, run after run: each run goes through all contestants, so that the machine's moods meet everybody.</summary>
/// <param name="only">The contestants; empty: all, the limits included.</param>
internal sealed class TableRun(IReadOnlyList<Row> rows, int runs, string[] only)
{
    private readonly Measurements results = Measurements.Load();
    private readonly Dictionary<string, string> machine = Machine.Describe();
    private readonly Dictionary<(bool OnPostgres, int Jobs), Seed> seeds = [];

    public async Task MeasureAsync()
    {
        var plan = rows.SelectMany(row => Entries(row).Select(entry => (Row: row, entry.Who, entry.MeasureAsync))).ToArray();
        foreach (var entry in plan) results.Forget(entry.Row.Name, entry.Who);
        try
        {
            for (var run = 1; run <= runs; run++)
            {
                foreach (var entry in plan) await MeasureAsync(entry.Row, entry.Who, entry.MeasureAsync, run);
            }
        }
        finally
        {
            foreach (var seed in seeds.Values) await seed.DisposeAsync();
        }
    }

    private IEnumerable<(string Who, Func<Task<Figures>> MeasureAsync)> Entries(Row row)
    {
        if (Wants("dispatch-sqlite")) yield return ("dispatch-sqlite", () => MeasureDispatchAsync(row, onPostgres: false));
        if (Wants("dispatch-postgres") && !row.OnSqliteOnly) yield return ("dispatch-postgres", () => MeasureDispatchAsync(row, onPostgres: true));
        foreach (var peer in PeerDescription.All.Where(peer => row.Lead is not null && Wants(peer.Name) && !peer.Cannot.ContainsKey(row.Name)))
        {
            yield return (peer.Name, () => MeasureAsync(row, peer.Create()));
        }

        foreach (var (name, measureAsync) in row.Limits.Where(limit => Wants("limits"))) yield return (name, measureAsync);

        bool Wants(string who) => only.Length == 0 || only.Contains(who);
    }

    private async Task MeasureAsync(Row row, string who, Func<Task<Figures>> measureAsync, int run)
    {
        Console.Write($"{DateTime.Now:HH:mm:ss} {row.Name}, {who}, run {run}: ");
        Result result;
        try
        {
            var figures = await measureAsync();
            result = new Result(row.Name, who, DateTimeOffset.UtcNow, figures, null);
            Console.WriteLine(string.Join(", ", figures.Select(figure => $"{figure.Key} {figure.Value:0.##}")));
        }
        catch (Exception exception) when (exception is InvalidOperationException or HttpRequestException or TaskCanceledException or Microsoft.Playwright.PlaywrightException)
        {
            result = new Result(row.Name, who, DateTimeOffset.UtcNow, [], exception.Message);
            Console.WriteLine($"failed: {exception.Message}");
        }

        results.Add(result, machine);
        Markdown.Write(results);
        Chart.Write(results);
    }

    private async Task<Figures> MeasureDispatchAsync(Row row, bool onPostgres)
    {
        var seed = row.Seeded > 0 ? await SeedAsync(onPostgres, row.Seeded) : null;
        return await MeasureAsync(row, new DispatchHosts(onPostgres, seed: seed));
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
