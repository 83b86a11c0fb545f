using System.Diagnostics;

namespace Dispatch.Bench;

/// <summary>What is measured. Each starts from an empty database.</summary>
internal static class Scenarios
{
    /// <summary>2,000 jobs spread evenly over 20 s.</summary>
    public static async Task SpreadAsync()
    {
        await using var rig = await Rig.StartAsync();
        await WarmUpAsync(rig);
        var start = NowMs() + 15_000;
        await rig.PostAllAsync(Enumerable.Range(0, 2_000).Select(i => start + (i * 10L)));
        Print("2,000 over 20 s", await rig.ReportAsync(2_000, TimeSpan.FromSeconds(60)));
    }

    /// <summary>10,000 jobs due in the same millisecond.</summary>
    public static async Task BurstAsync()
    {
        await using var rig = await Rig.StartAsync();
        await WarmUpAsync(rig);
        var due = NowMs() + 20_000;
        await rig.PostAllAsync(Enumerable.Repeat(due, 10_000));
        while (NowMs() < due - 3_500) await Task.Delay(50);
        var cpu = rig.HostCpu();
        var report = await rig.ReportAsync(10_000, TimeSpan.FromSeconds(60));
        Print("10,000 in one ms", report);
        Console.WriteLine($"  last arrival {report.LastAtMs - due:0} ms after the instant, host CPU {(rig.HostCpu() - cpu).TotalMilliseconds / 10:0} us a job from alarm to record");
    }

    /// <summary>The limit to compare a burst with: a bare HttpClient that sends the same bodies to the same receiver.</summary>
    public static async Task BareAsync()
    {
        await using var rig = await Rig.StartAsync();
        await WarmUpAsync(rig);
        await rig.SendBareAsync(5_000);
        await rig.ResetAsync();
        var watch = Stopwatch.StartNew();
        await rig.SendBareAsync(10_000);
        Console.WriteLine($"bare HttpClient loop: 10,000 in {watch.ElapsedMilliseconds} ms, {10_000 / watch.Elapsed.TotalSeconds:0}/s");
    }

    /// <summary>One job on an idle host, 200 times.</summary>
    public static async Task LoneAsync()
    {
        await using var rig = await Rig.StartAsync();
        await WarmUpAsync(rig);
        for (var i = 0; i < 200; i++)
        {
            var due = NowMs() + 200;
            await rig.PostAsync(due);
            while (NowMs() < due + 50) await Task.Delay(20);
        }

        Print("lone job, 200 times", await rig.ReportAsync(200, TimeSpan.FromSeconds(10)));
    }

    /// <summary>POST over 64 connections for 30 s, due in an hour.</summary>
    public static async Task AcceptAsync()
    {
        await using var rig = await Rig.StartAsync();
        await WarmUpAsync(rig);
        var due = NowMs() + 3_600_000;
        var watch = Stopwatch.StartNew();
        var posted = 0;
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            for (; watch.Elapsed < TimeSpan.FromSeconds(30); Interlocked.Increment(ref posted)) await rig.PostAsync(due);
        }));
        Console.WriteLine($"accept: {posted / watch.Elapsed.TotalSeconds:0} POST/s over 64 connections, {posted} in {watch.Elapsed.TotalSeconds:0.0} s, host CPU {rig.HostCpu().TotalMilliseconds * 1000 / posted:0} us a job");
    }

    /// <summary>50,000 jobs fall due while the host is down.</summary>
    public static async Task OverdueAsync()
    {
        await using var rig = await Rig.StartAsync();
        var due = NowMs() + 40_000;
        await rig.PostAllAsync(Enumerable.Range(0, 50_000).Select(i => due + (i / 100)));
        await rig.KillHostAsync();
        while (NowMs() < due + 500) await Task.Delay(100);
        var watch = Stopwatch.StartNew();
        var ready = await rig.StartHostAsync();
        var report = await rig.ReportAsync(50_000, TimeSpan.FromSeconds(120));
        Console.WriteLine($"overdue: ready after {ready.TotalSeconds:0.0} s, {report.Unique} of 50,000 ({report.Count - report.Unique} duplicates) drained in {watch.Elapsed.TotalSeconds:0.0} s, {report.Unique / (watch.Elapsed - ready).TotalSeconds:0}/s");
    }

    /// <summary>The first job after a restart, five times, and what an idle host costs.</summary>
    public static async Task RestartAsync()
    {
        await using var rig = await Rig.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await rig.KillHostAsync();
            var ready = await rig.StartHostAsync();
            await Task.Delay(3_000);
            await rig.ResetAsync();
            await rig.PostAsync(NowMs() + 2_000);
            Print($"restart to ready {ready.TotalSeconds:0.0} s; first job", await rig.ReportAsync(1, TimeSpan.FromSeconds(10)));
        }

        var cpu = rig.HostCpu();
        await Task.Delay(20_000);
        Console.WriteLine($"idle: {(rig.HostCpu() - cpu).TotalMilliseconds / 200:0.0} % of a core, RSS {rig.HostMegabytes():0} MB");
    }

    /// <summary>The list call with 1,000,000 jobs, of which a few are cancelled: by key and by person.</summary>
    public static async Task ListAsync()
    {
        await using var rig = await Rig.StartAsync();
        await SeedAsync(rig);
        foreach (var query in (string[])["", "&page=25000", "&page=50000", "&status=SCHEDULED", "&status=SCHEDULED&page=25000", "&status=CANCELLED", "&status=SUCCESS"])
        {
            await PrintReadAsync(rig, $"jobs?limit=20{query}", asPerson: false);
            await PrintReadAsync(rig, $"jobs?limit=20{query}", asPerson: true);
        }
    }

    /// <summary>The dashboard's reads with the same jobs.</summary>
    public static async Task GridAsync()
    {
        await using var rig = await Rig.StartAsync();
        var due = await SeedAsync(rig);
        string[] filters =
        [
            "", "&page=20000", "&page=40000", "&status=SCHEDULED", "&status=SCHEDULED&page=20000", "&status=CANCELLED", $"&projectId={rig.ProjectId}",
            "&search=bench", "&search=nowhere", $"&from={Rfc3339(due)}&to={Rfc3339(due + 10_000)}",
        ];
        await PrintReadAsync(rig, "dashboard/overview", asPerson: true);
        await PrintReadAsync(rig, "dashboard/projects", asPerson: true);
        foreach (var filter in filters) await PrintReadAsync(rig, $"dashboard/jobs?limit=25{filter}", asPerson: true);
    }

    /// <summary>1,000,000 jobs far ahead: memory, a restart, and the lateness of a lone job among them.</summary>
    public static async Task PendingAsync()
    {
        await using var rig = await Rig.StartAsync();
        var due = NowMs() + 86_400_000;
        var watch = Stopwatch.StartNew();
        await rig.PostAllAsync(Enumerable.Range(0, 1_000_000).Select(i => due + i));
        Console.WriteLine($"pending: 1,000,000 stored at {1_000_000 / watch.Elapsed.TotalSeconds:0}/s, RSS {rig.HostMegabytes():0} MB, database {await rig.DatabaseMegabytesAsync():0} MB");
        await rig.KillHostAsync();
        var ready = await rig.StartHostAsync();
        for (var i = 0; i < 50; i++)
        {
            var lone = NowMs() + 250;
            await rig.PostAsync(lone);
            while (NowMs() < lone + 50) await Task.Delay(20);
        }

        Print($"  restart to ready {ready.TotalSeconds:0.0} s, RSS {rig.HostMegabytes():0} MB; lone job among them", await rig.ReportAsync(50, TimeSpan.FromSeconds(10)));
    }

    private static async Task<long> SeedAsync(Rig rig)
    {
        var due = NowMs() + 86_400_000;
        await rig.PostAllAsync(Enumerable.Range(0, 1_000_000).Select(i => due + i));
        await rig.CancelNewestAsync(50);
        return due;
    }

    private static async Task PrintReadAsync(Rig rig, string path, bool asPerson)
    {
        var took = new List<double>();
        for (var i = 0; i < 40; i++) took.Add(await rig.ReadAsync(path, asPerson));
        took.Sort();
        Console.WriteLine($"{(asPerson ? "person" : "key")} {path}: p50 {took[20]:0.0} p95 {took[37]:0.0} ms");
    }

    private static string Rfc3339(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    // The first requests and deliveries pay for the compiler.
    internal static async Task WarmUpAsync(Rig rig)
    {
        var due = NowMs() + 4_000;
        await rig.PostAllAsync(Enumerable.Repeat(due, 2_000));
        await rig.ReportAsync(2_000, TimeSpan.FromSeconds(30));
        await rig.ResetAsync();
    }

    internal static void Print(string name, Report r) => Console.WriteLine(
        $"{name}: {r.Count} received, {r.Unique} unique, {r.Count - r.Unique} duplicates, {r.Early} early; lateness p50 {r.P50:0.00} p90 {r.P90:0.00} p99 {r.P99:0.00} max {r.Max:0.00} ms; firedAt on average {r.SentMean:0.00} ms after fireAt");

    internal static long NowMs() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
}
