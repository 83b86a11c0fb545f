using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Rows;

/// <summary>What a job writes to the disk before it is safe.</summary>
internal static class Writing
{
    private const int Rate = 500;
    private const int Seconds = 20;
    private const int Jobs = Rate * Seconds;

    public static Row Written { get; } = new(
        "written",
        "bytes appended to the write-ahead log by a job's whole life, from `POST` to record, 500 jobs/s for 20 s, each due 4 s after its "
            + "`POST`; SQLite: the log's frames, checkpoints not included; PostgreSQL: after a checkpoint at the start, so that the first "
            + "change of each page counts as a full page image",
        "≤ 20,000 bytes, 0 lost, 0 duplicate, 0 early",
        [
            new("WAL bytes/job", AtMost: 20_000), new("lost", AtMost: 0), new("duplicate", AtMost: 0), new("early", AtMost: 0)
        ],
        null, async contestant =>
        {
            var hosts = (DispatchHosts)contestant;
            await hosts.WarmUpAsync();
            await Task.Delay(2_000);   // the last ones to warm up are recorded
            return hosts.Postgres is { } store ? await OnPostgresAsync(hosts, store) : await OnSqliteAsync(hosts);
        });

    private static async Task<Figures> OnSqliteAsync(DispatchHosts hosts)
    {
        var log = new SqliteLog(hosts.SqliteLogFile);
        var arrivals = await RunAsync(hosts);
        var (bytes, commits) = await log.StopAsync();
        var figures = Describe(bytes, arrivals);
        figures["commits/job"] = (double)commits / Jobs;   // the more jobs share a commit, the fewer pages are written again
        return figures;
    }

    private static async Task<Figures> OnPostgresAsync(DispatchHosts hosts, PostgresStore store)
    {
        await store.NumberAsync("CHECKPOINT");
        var (position, images) = (await store.WalPositionAsync(), await store.FullPageImagesAsync());
        var arrivals = await RunAsync(hosts);
        var figures = Describe(await store.WalPositionAsync() - position, arrivals);
        figures["full page images/job"] = (await store.FullPageImagesAsync() - images) / Jobs;
        return figures;
    }

    private static async Task<Arrivals> RunAsync(DispatchHosts hosts)
    {
        await OpenLoop.AcceptedAsync(hosts, Rate, TimeSpan.FromSeconds(Seconds), TimeSpan.FromSeconds(4));
        var arrivals = await hosts.Receiver.ReportAsync(Jobs, TimeSpan.FromSeconds(60));
        await Task.Delay(1_500);   // the last ones are recorded
        return arrivals;
    }

    private static Figures Describe(double bytes, Arrivals arrivals) =>
        new Figures { ["WAL bytes/job"] = bytes / Jobs, ["lateness p99 ms"] = arrivals.P99 }.AddCounts(arrivals, Jobs);
}
