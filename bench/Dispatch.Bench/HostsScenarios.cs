using System.Diagnostics;
using Dispatch.Bench.Contestants;

namespace Dispatch.Bench;

/// <summary>Two hosts on one PostgreSQL.</summary>
internal static class HostsScenarios
{
    private const int Rate = 1_000;
    private const int Seconds = 30;
    private const int Jobs = Rate * Seconds;

    /// <summary>1,000 jobs a second are accepted, and as many are due, for 30 s: lateness, and what a job costs the database.</summary>
    public static async Task SteadyAsync()
    {
        await SteadyAsync(count: 1);
        await SteadyAsync(count: 2);
    }

    private static async Task SteadyAsync(int count)
    {
        await using var hosts = new DispatchHosts(onPostgres: true, count);
        await hosts.StartAsync();
        await hosts.WarmUpAsync();
        var store = hosts.Postgres!;
        await store.NumberAsync("SELECT count(*) FROM pg_stat_statements_reset()");
        var (cpu, storeCpu, wal, size) = (hosts.HostCpu(), store.Cpu(), await store.WalBytesAsync(), await store.DiskBytesAsync());
        var took = await PostSteadilyAsync(hosts, ahead: 8_000);
        var arrivals = await hosts.Receiver.ReportAsync(Jobs, TimeSpan.FromSeconds(60));
        Console.WriteLine($"{Rate}/s for {Seconds} s on {count} host(s): {Describe(arrivals)}");
        Console.WriteLine(
            $"  {await store.StatementsAsync() / Jobs:0.000} statements a job, BEGIN and COMMIT included; "
                + $"host CPU {(hosts.HostCpu() - cpu).TotalMicroseconds / Jobs:0} us a job");
        Console.WriteLine(
            $"  of PostgreSQL: CPU {(store.Cpu() - storeCpu).TotalMicroseconds / Jobs:0} us, "
                + $"WAL {(await store.WalBytesAsync() - wal) / Jobs:0} bytes, "
                + $"disk {(await store.DiskBytesAsync() - size) / Jobs:0} bytes a job");
        foreach (var line in await store.TopStatementsAsync()) Console.WriteLine($"    {line}");
        Console.WriteLine(
            $"  POST p50 {took[took.Count / 2]:0.0} p99 {took[(int)(took.Count * 0.99)]:0.0} ms; "
                + $"jobs by host {await SharesAsync(store)}");
    }

    /// <summary>5,000 jobs due within 5 s, one host killed half way.</summary>
    public static async Task TakeoverAsync()
    {
        await using var hosts = new DispatchHosts(onPostgres: true, count: 2);
        await hosts.StartAsync();
        await hosts.WarmUpAsync();
        var start = Clock.NowMs() + 8_000;
        await hosts.PostAllAsync(Enumerable.Range(0, 5_000).Select(i => start + i));
        var armed = await ArmedAsync(hosts.Postgres!);
        await Clock.UntilAsync(start + 2_500);
        var killedAt = Clock.NowMs();
        await hosts.KillHostAsync(1);
        var all = await hosts.Receiver.ReportAsync(5_000, TimeSpan.FromSeconds(60));
        Console.WriteLine($"5,000 in 5 s, one of two hosts killed half way: {Describe(all)}; armed by host {armed}");
        Console.WriteLine(
            $"  last arrival {all.LastAtMs - killedAt:0} ms after the kill; interrupted attempts "
                + $"{await hosts.Postgres!.NumberAsync("SELECT count(*) FROM \"Attempts\" WHERE \"Status\" = 'INTERRUPTED'"):0}");
        Console.WriteLine($"  due before the kill: {Describe(await hosts.Receiver.DueWithinAsync(0, killedAt))}");
        Console.WriteLine($"  due after it: {Describe(await hosts.Receiver.DueWithinAsync(killedAt, long.MaxValue))}");
    }

    private static string Describe(Arrivals a) =>
        $"{a.Unique} received, {a.Duplicates} duplicates, {a.Early} early; "
            + $"lateness p50 {a.P50:0.00} p90 {a.P90:0.00} p99 {a.P99:0.00} max {a.Max:0.00} ms";

    // An open loop: who is slow to answer does not slow the next ones down.
    private static async Task<List<double>> PostSteadilyAsync(DispatchHosts hosts, long ahead)
    {
        var posts = new List<Task<double>>(Jobs);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Jobs; i++)
        {
            var at = TimeSpan.FromSeconds((double)i / Rate);
            if (at - watch.Elapsed is var left && left > TimeSpan.FromMilliseconds(1)) await Task.Delay(left);
            posts.Add(TimeAsync(hosts.PostAsync(Clock.NowMs() + ahead)));
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

    private static async Task<string> SharesAsync(PostgresStore store)
    {
        var all = await store.NumberAsync("SELECT sum(\"Success\") FROM \"ProjectCounters\"");
        var least = await store.NumberAsync(
            "SELECT min(\"Success\") FROM \"ProjectCounters\" "
                + "WHERE \"HostId\" IN (SELECT \"Id\" FROM \"Hosts\") AND \"Success\" > 0");
        return $"{least / all:P0} / {1 - (least / all):P0}";
    }

    private static async Task<string> ArmedAsync(PostgresStore store)
    {
        var all = await store.NumberAsync("SELECT count(*) FROM \"Jobs\" WHERE \"ArmedBy\" IS NOT NULL");
        var first = await store.NumberAsync(
            "SELECT count(*) FROM \"Jobs\" WHERE \"ArmedBy\" = (SELECT \"Id\" FROM \"Hosts\" ORDER BY \"Id\" LIMIT 1)");
        return $"{first:0} / {all - first:0}";
    }
}
