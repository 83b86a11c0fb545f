using Dispatch.Bench.Contestants;

namespace Dispatch.Bench;

/// <summary>What the dashboard's pages ask for, with a million jobs.</summary>
internal static class GridScenario
{
    private const int Jobs = 1_000_000;

    public static async Task RunAsync()
    {
        await using var seed = await Seed.FillAsync(onPostgres: false, Jobs);
        await using var hosts = new DispatchHosts(onPostgres: false, seed: seed);
        await hosts.StartAsync();
        var soon = Clock.Rfc3339(Clock.NowMs() + 86_400_000);
        string[] filters =
        [
            "", "&page=20000", "&page=40000", "&status=SCHEDULED", "&status=SCHEDULED&page=20000", "&status=CANCELLED",
            $"&projectId={hosts.ProjectId}",
            "&search=bench", "&search=nowhere", $"&from={soon}&to={Clock.Rfc3339(Clock.NowMs() + 86_410_000)}",
        ];
        string[] paths = ["dashboard/overview", "dashboard/projects", .. filters.Select(filter => $"dashboard/jobs?limit=25{filter}")];
        foreach (var path in paths)
        {
            var took = new List<double>();
            for (var i = 0; i < 40; i++) took.Add(await hosts.ReadMsAsync(path, asPerson: true));
            took.Sort();
            Console.WriteLine($"{path}: p50 {took[20]:0.0} p95 {took[37]:0.0} ms");
        }
    }
}
