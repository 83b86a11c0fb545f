using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Dispatch.Bench.Contestants;
using Dispatch.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Dispatch.Bench.Rows;

/// <summary>What a host costs that has much or nothing to do, and how fast it answers.</summary>
internal static partial class Standing
{
    private const int Million = 1_000_000;

    public static Row Pending { get; } = new(
        "pending", "1,000,000 scheduled far ahead, in batches of 1,000 by peers that take those",
        "RSS ≤ 350 MB; lone-job lateness and accept within 1.2 × of an empty database; restart to ready ≤ 5 s",
        [
            new("RSS MB", AtMost: 350), new("restart s", AtMost: 5),
            new("lone × of empty", AtMost: 1.2), new("accept × of empty", AtLeast: 1 / 1.2)
        ],
        new Lead("RSS MB", MoreIsBetter: false), PendingAsync)
    {
        Seeded = Million,
    };

    public static Row PendingTenMillion { get; } = Pending with
    {
        Name = "pending10m", How = "10,000,000 scheduled far ahead", Seeded = 10 * Million, OnSqliteOnly = true, Lead = null
    };

    public static Row List { get; } = new(
        "list",
        "`GET /jobs?limit=20` with filters at 1,000,000 jobs of one account, by key and by session: "
            + "the worst of first and 100th page; the middle and the last one beside them",
        "p95 ≤ 50 ms",
        [new("worst p95 ms", AtMost: 50)], null, ListAsync)
    {
        Seeded = Million,
    };

    public static Row Idle { get; } = new(
        "idle", "no jobs, one open dashboard (Dispatch); all contestants at the same time, each measured for itself",
        "≤ 1 % of a core, RSS ≤ 200 MB", [new("CPU %", AtMost: 1), new("RSS MB", AtMost: 200)],
        new Lead("CPU %", MoreIsBetter: false), IdleAsync) { SideBySide = true };

    public static Row Lamp { get; } = new(
        "lamp", "status change → lamp in the browser, 50 times in each mode", "p95 ≤ 300 ms",
        [new("Server p95 ms", AtMost: 300), new("WebAssembly p95 ms", AtMost: 300)], null, LampAsync) { OnSqliteOnly = true };

    public static Row Start { get; } = new(
        "start", "`dotnet run` after build → first 200, on an empty folder (peers: start of the process → ready)", "≤ 4 s",
        [new("s", AtMost: 4)], new Lead("s", MoreIsBetter: false), StartAsync) { OnSqliteOnly = true };

    private static async Task<Figures> PendingAsync(Contestant contestant)
    {
        var empty = await EmptyAsync(contestant);
        if (contestant is Peer peer) await peer.FillAsync(Million);   // Dispatch began with a seed
        var figures = new Figures();
        if (await contestant.DiskBytesAsync() is not null)   // what is only in memory would be gone
        {
            await contestant.KillSchedulerAsync();
            figures["restart s"] = (await contestant.StartSchedulerAsync()).TotalSeconds;
            figures["RSS MB after start"] = contestant.Megabytes();
        }

        var full = await AcceptAndLoneAsync(contestant);
        (figures["RSS MB"], figures["lone p50 ms"], figures["accept jobs/s"]) = (contestant.Megabytes(), full.LoneP50, full.JobsPerSecond);
        (figures["lone × of empty"], figures["accept × of empty"]) =
            (full.LoneP50 / empty.LoneP50, full.JobsPerSecond / empty.JobsPerSecond);
        if (await contestant.DiskBytesAsync() is { } bytes) figures["disk MB"] = bytes / 1048576;
        return figures;
    }

    private static async Task<(double JobsPerSecond, double LoneP50)> EmptyAsync(Contestant contestant)
    {
        if (contestant is not DispatchHosts { Postgres: var store }) return await AcceptAndLoneAsync(contestant);

        await using var empty = new DispatchHosts(onPostgres: store is not null);
        await empty.StartAsync();
        return await AcceptAndLoneAsync(empty);
    }

    private static async Task<(double JobsPerSecond, double LoneP50)> AcceptAndLoneAsync(Contestant contestant)
    {
        var accept = await Accepting.MeasureAsync(contestant, TimeSpan.FromSeconds(10));
        await Task.Delay(2_000);
        var lone = await Delivering.LoneAsync(contestant, 100);
        return (accept["jobs/s"], lone["p50 ms"]);
    }

    private static async Task<Figures> ListAsync(Contestant contestant)
    {
        var hosts = (DispatchHosts)contestant;
        var figures = new Figures { ["worst p95 ms"] = 0 };
        string[] judged = ["", "&page=100", "&status=SCHEDULED", "&status=SCHEDULED&page=100", "&status=CANCELLED", "&status=SUCCESS"];
        string[] further = ["&page=25000", "&page=50000", "&status=SCHEDULED&page=25000"];
        foreach (var asPerson in (bool[])[false, true])
        {
            foreach (var query in judged.Concat(further))
            {
                var took = new List<double>();
                for (var i = 0; i < 45; i++) took.Add(await hosts.ReadMsAsync($"jobs?limit=20{query}", asPerson));
                var p95 = took.Skip(5).Order().ElementAt(37);   // five for the compiler and the caches
                figures[
                    $"{(asPerson ? "session" : "key")}, "
                        + $"{(query.Length == 0 ? "first page" : query.TrimStart('&').Replace('&', ' '))}: p95 ms"] = p95;
                if (judged.Contains(query)) figures["worst p95 ms"] = Math.Max(figures["worst p95 ms"], p95);
            }
        }

        return figures;
    }

    private static async Task<Figures> IdleAsync(Contestant contestant)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu"] });
        if (contestant is DispatchHosts hosts)
        {
            var page = await browser.NewPageAsync();
            await page.GotoAsync($"{hosts.Url}/login");
            await page.GetByLabel("E-mail").FillAsync(DispatchHosts.Person.Email);
            await page.GetByLabel("Password").FillAsync(DispatchHosts.Person.Password);
            await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
            await page.Locator("html[data-connection=live]").WaitForAsync(
                new() { State = WaitForSelectorState.Attached, Timeout = 60_000 });
        }

        // What was started has settled, the others beside it as well, and what runs once a second has been compiled for good:
        // .NET does that at the 30th call.
        await Task.Delay(90_000);
        var cpu = contestant.Cpu();
        await Task.Delay(60_000);
        return new Figures { ["CPU %"] = (contestant.Cpu() - cpu).TotalMilliseconds / 600, ["RSS MB"] = contestant.Megabytes() };
    }

    /// <summary>The test that measures it, in the browser, for both render modes.</summary>
    private static async Task<Figures> LampAsync(Contestant contestant)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(DispatchHosts.Top, "Dispatch.Tests", "bin", "Release", "net10.0", "Dispatch.Tests.dll"),
            "-noLogo", "-noColor", "-explicit", "only", "-showLiveOutput",
            "-method", "Dispatch.Tests.Browser.LampLatencyTests.A_lamp_follows_a_state_change_within_300_ms",
        ]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var figures = new Figures();
        foreach (Match match in LampLine().Matches(text)) figures[$"{match.Groups[1].Value} p95 ms"] =
            double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
        return figures.Count > 0 ? figures : throw new InvalidOperationException($"LampLatencyTests printed no figures: {text}");
    }

    private static async Task<Figures> StartAsync(Contestant contestant)
    {
        if (contestant is not DispatchHosts)
        {
            await contestant.KillSchedulerAsync();
            return new Figures { ["s"] = (await contestant.StartSchedulerAsync()).TotalSeconds };
        }

        var folder = Directory.CreateTempSubdirectory("dispatch-bench-start-");
        var url = $"http://127.0.0.1:{Ports.Free()}";
        using var http = new HttpClient();
        var watch = Stopwatch.StartNew();
        using var run = Process.Start("dotnet",
            [
                "run", "--project", Path.Combine(DispatchHosts.Top, "Dispatch.Web"), "-c", "Release", "--", $"--urls={url}",
                $"--Database:ConnectionString=Data Source={Path.Combine(folder.FullName, "dispatch.db")}"
            ]);
        try
        {
            await http.UntilItAnswersAsync($"{url}/", run);
            return new Figures { ["s"] = watch.Elapsed.TotalSeconds };
        }
        finally
        {
            await ProcessTree.KillAsync(run);
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex(@"(Server|WebAssembly): lamp after state change.* p95 ([0-9.]+) ms")]
    private static partial Regex LampLine();
}
