using System.Net;
using System.Net.Sockets;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Scenario 24 of reliability.md: what one account floods the host with makes no other account's posts slow and no other account's jobs
/// late.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class GreedyAccountTests
{
    private const int JobsAtOnce = 5_000;

    private static readonly TimeSpan UntilDue = TimeSpan.FromSeconds(4);

    public static TheoryData<DatabaseProvider> Providers =>
        new(DatabaseServers.Providers.Where(row => row.Data != DatabaseProvider.SqlServer));

    [Theory, MemberData(nameof(Providers))]
    public async Task Jobs_at_one_millisecond_to_a_port_that_refuses(DatabaseProvider provider)
    {
        await using var stage = await FloodStage.StartAsync(provider);
        var url = $"http://127.0.0.1:{Ports.Free()}/";
        await stage.AssertOthersDoNotNoticeAsync($"all-at-once, refusing, {provider}", ended => FloodAsync([stage.Greedy], [url], ended));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Jobs_at_one_millisecond_to_a_port_that_is_silent(DatabaseProvider provider)
    {
        await using var stage = await FloodStage.StartAsync(provider);
        using var silent = Silent();
        await stage.AssertOthersDoNotNoticeAsync(
            $"all-at-once, silent, {provider}", ended => FloodAsync([stage.Greedy], [UrlOf(silent)], ended));
    }

    /// <summary>They could hold every place on the wire: each project a third, each receiver a sixth of a project's.</summary>
    [Fact]
    public async Task Three_projects_of_one_account_to_receivers_that_are_silent()
    {
        await using var stage = await FloodStage.StartAsync(
            DatabaseProvider.Sqlite, "--Delivery:MaxConcurrency=300", "--Delivery:MaxPerProject=100", "--Delivery:MaxPerDestination=20");
        var silent = Enumerable.Range(0, 20).Select(_ => Silent()).ToArray();
        try
        {
            ApiUser[] projects = [stage.Greedy, await AnotherProjectAsync(stage), await AnotherProjectAsync(stage)];
            await stage.AssertOthersDoNotNoticeAsync(
                "three-projects", ended => FloodAsync(projects, [.. silent.Select(UrlOf)], ended));
        }
        finally
        {
            foreach (var listener in silent) listener.Dispose();
        }
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Payloads_of_256_KiB_over_32_connections(DatabaseProvider provider)
    {
        await using var stage = await FloodStage.StartAsync(provider);
        var payload = $$"""{"filler":"{{new string('x', 250 * 1024)}}"}""";
        await stage.AssertOthersDoNotNoticeAsync($"big-flood, {provider}", ended => Parallel.ForEachAsync(
            Forever(), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = ended }, async (_, _) =>
            {
                using var response = await stage.Greedy.PostJobAsync("http://127.0.0.1:9/", DateTimeOffset.UtcNow.AddHours(1), payload);
                Assert.True(response.StatusCode is HttpStatusCode.Created or HttpStatusCode.ServiceUnavailable, $"{response.StatusCode}");
            }));
    }

    private static async Task FloodAsync(ApiUser[] projects, string[] urls, CancellationToken ended)
    {
        var due = DateTimeOffset.UtcNow + UntilDue;
        await Parallel.ForAsync(0, JobsAtOnce, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = ended }, async (i, _) =>
        {
            using var response = await projects[i % projects.Length].PostJobAsync(urls[i % urls.Length], due);
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        });
        Assert.True(DateTimeOffset.UtcNow < due, "The machine was too busy to post the jobs before they were due.");
        await Task.Delay(Timeout.Infinite, ended);
    }

    private static IEnumerable<int> Forever()
    {
        for (var i = 0; ; i++) yield return i;
    }

    private static TcpListener Silent()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();   // the system connects, and nobody accepts
        return listener;
    }

    private static string UrlOf(TcpListener listener) => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";

    private static async Task<ApiUser> AnotherProjectAsync(FloodStage stage)
    {
        var project = await stage.Greedy.DataAsync(HttpMethod.Post, "projects", new { name = "another" });
        var key = await stage.Greedy.DataAsync(HttpMethod.Post, $"projects/{project.GetProperty("id").GetString()}/keys", new { label = "k" });
        var user = stage.Greedy.At(stage.Cluster.Hosts[0].Url);
        user.Key = key.GetProperty("key").GetString()!;
        return user;
    }
}
