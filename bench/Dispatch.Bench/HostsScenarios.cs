using System.Diagnostics;

namespace Dispatch.Bench;

/// <summary>Two hosts on one PostgreSQL.</summary>
internal static class HostsScenarios
{
    private const int Rate = 1_000;
    private const int Seconds = 30;

    /// <summary>1,000 jobs a second are accepted, and as many are due, for 30 s: lateness, and what a job costs the database.</summary>
    public static async Task SteadyAsync()
    {
        await SteadyAsync(hosts: 1);
        await SteadyAsync(hosts: 2);
    }

    private static async Task SteadyAsync(int hosts)
    {
        await using var rig = await Rig.StartAsync(hosts);
        await Scenarios.WarmUpAsync(rig);
        await rig.QueryAsync("CREATE EXTENSION pg_stat_statements");
        await rig.QueryAsync("SELECT count(*) FROM pg_stat_statements_reset()");
        var (cpu, serverCpu, wal, size) = (rig.HostCpu(), rig.Postgres!.Cpu(), await rig.QueryAsync("SELECT wal_bytes FROM pg_stat_wal"), await rig.DatabaseMegabytesAsync());
        var took = await PostSteadilyAsync(rig, ahead: 8_000);
        var report = await rig.ReportAsync(Rate * Seconds, TimeSpan.FromSeconds(60));
        Scenarios.Print($"{Rate}/s for {Seconds} s on {hosts} host(s)", report);

        const string ours = "FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = 'dispatch')";
        var (all, ends) = (await rig.QueryAsync($"SELECT sum(calls) {ours}"), await rig.QueryAsync($"SELECT sum(calls) {ours} AND query IN ('BEGIN', 'COMMIT')"));
        Console.WriteLine(
            $"  {all / (Rate * Seconds):0.000} statements a job (BEGIN and COMMIT included: {ends / (Rate * Seconds):0.000}), host CPU {(rig.HostCpu() - cpu).TotalMilliseconds * 1000 / (Rate * Seconds):0} us a job");
        Console.WriteLine(
            $"  of PostgreSQL: CPU {(rig.Postgres.Cpu() - serverCpu).TotalMilliseconds * 1000 / (Rate * Seconds):0} us, WAL {(await rig.QueryAsync("SELECT wal_bytes FROM pg_stat_wal") - wal) / (Rate * Seconds):0} bytes, "
            + $"disk {(await rig.DatabaseMegabytesAsync() - size) * 1048576 / (Rate * Seconds):0} bytes a job");
        foreach (var line in await rig.QueryTextAsync($"SELECT calls || ' x ' || left(regexp_replace(query, '\\s+', ' ', 'g'), 150) {ours} ORDER BY calls DESC LIMIT 14")) Console.WriteLine($"    {line}");
        Console.WriteLine($"  POST p50 {took[took.Count / 2]:0.0} p99 {took[(int)(took.Count * 0.99)]:0.0} ms; jobs by host {await SharesAsync(rig)}");
    }

    /// <summary>5,000 jobs due within 5 s, one host killed half way.</summary>
    public static async Task TakeoverAsync()
    {
        await using var rig = await Rig.StartAsync(hosts: 2);
        await Scenarios.WarmUpAsync(rig);
        var start = Scenarios.NowMs() + 8_000;
        await rig.PostAllAsync(Enumerable.Range(0, 5_000).Select(i => start + i));
        Console.WriteLine($"takeover: armed by host {await ArmedAsync(rig)}");
        while (Scenarios.NowMs() < start + 2_500) await Task.Delay(1);
        var killedAt = Scenarios.NowMs();
        await rig.KillHostAsync(1);
        var report = await rig.ReportAsync(5_000, TimeSpan.FromSeconds(60));
        Scenarios.Print("5,000 in 5 s, one of two hosts killed half way", report);
        Console.WriteLine($"  last arrival {report.LastAtMs - killedAt:0} ms after the kill; before it {await rig.LatenessAsync(0, killedAt)}, after it {await rig.LatenessAsync(killedAt, long.MaxValue)}");
        Console.WriteLine($"  interrupted attempts: {await rig.QueryAsync("SELECT count(*) FROM \"Attempts\" WHERE \"Status\" = 'INTERRUPTED'"):0}");
    }

    // An open loop: who is slow to answer does not slow the next ones down.
    private static async Task<List<double>> PostSteadilyAsync(Rig rig, long ahead)
    {
        var posts = new List<Task<double>>(Rate * Seconds);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Rate * Seconds; i++)
        {
            var at = TimeSpan.FromSeconds((double)i / Rate);
            if (at - watch.Elapsed is var left && left > TimeSpan.FromMilliseconds(1)) await Task.Delay(left);
            posts.Add(TimeAsync(rig.PostAsync(Scenarios.NowMs() + ahead)));
        }

        var took = await Task.WhenAll(posts);
        return [.. took.Order()];
    }

    private static async Task<double> TimeAsync(Task task)
    {
        var watch = Stopwatch.StartNew();
        await task;
        return watch.Elapsed.TotalMilliseconds;
    }

    private static async Task<string> SharesAsync(Rig rig)
    {
        var all = await rig.QueryAsync("SELECT sum(\"Success\") FROM \"ProjectTallies\"");
        var least = await rig.QueryAsync("SELECT min(\"Success\") FROM \"ProjectTallies\" WHERE \"HostId\" IN (SELECT \"Id\" FROM \"Hosts\") AND \"Success\" > 0");
        return $"{least / all:P0} / {1 - (least / all):P0}";
    }

    private static async Task<string> ArmedAsync(Rig rig)
    {
        var all = await rig.QueryAsync("SELECT count(*) FROM \"Jobs\" WHERE \"ArmedBy\" IS NOT NULL");
        var first = await rig.QueryAsync("SELECT count(*) FROM \"Jobs\" WHERE \"ArmedBy\" = (SELECT \"Id\" FROM \"Hosts\" ORDER BY \"Id\" LIMIT 1)");
        return $"{first:0} / {all - first:0}";
    }
}
