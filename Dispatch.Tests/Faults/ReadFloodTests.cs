using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Scenarios 24 (searches) and 30 (with a credential) of reliability.md: an account that reads as fast as it can, or takes no answer,
/// makes nobody else's posts slow and nobody else's jobs late.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class ReadFloodTests
{
    private const int Jobs = 50_000;

    public static TheoryData<DatabaseProvider> Providers =>
        new(DatabaseServers.Providers.Where(row => row.Data != DatabaseProvider.SqlServer));

    [Theory, MemberData(nameof(Providers))]
    public async Task Searches_that_find_nothing_delay_no_other_account(DatabaseProvider provider)
    {
        await using var stage = await FloodStage.StartAsync(provider);
        await stage.SeedAsync(Jobs);
        var searches = 0;
        await stage.AssertOthersDoNotNoticeAsync($"search-flood, {provider}", ended => FloodAsync(
            stage, 32, () => $"dashboard/jobs?search=%C3%BC0.{Interlocked.Increment(ref searches)}", ended));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Lists_and_overviews_delay_no_other_account(DatabaseProvider provider)
    {
        await using var stage = await FloodStage.StartAsync(provider);
        await stage.SeedAsync(Jobs);
        var reads = 0;
        string[] paths = ["jobs?limit=100", "jobs?limit=100&page=500", "dashboard/overview"];
        await stage.AssertOthersDoNotNoticeAsync($"read-flood, {provider}", ended => FloodAsync(
            stage, 64, () => paths[Interlocked.Increment(ref reads) % paths.Length], ended));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Lists_that_are_asked_for_and_never_read_delay_no_other_account_and_hold_little_memory(DatabaseProvider provider)
    {
        await using var stage = await FloodStage.StartAsync(provider);
        await stage.SeedAsync(Jobs);
        var (before, most) = (0L, 0L);
        await stage.AssertOthersDoNotNoticeAsync($"never-read, {provider}", async ended =>
        {
            before = stage.MemoryMb;
            await using var connections = await NeverReadAsync(stage, 500, 20);
            try
            {
                for (; ; await Task.Delay(200, ended)) most = Math.Max(most, stage.MemoryMb);
            }
            finally
            {
                TestContext.Current.SendDiagnosticMessage($"never-read, {provider}: memory {before} MB before, {most} MB at most");
            }
        });
        Assert.InRange(most - before, long.MinValue, 150);
    }

    /// <summary>Reads again and again, over so many connections.</summary>
    private static Task FloodAsync(FloodStage stage, int connections, Func<string> path, CancellationToken ended) =>
        Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(
            async () =>
            {
                while (true)
                {
                    ended.ThrowIfCancellationRequested();
                    using var response = await stage.Greedy.SendAsync(HttpMethod.Get, path());
                    Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{response.StatusCode}");
                }
            },
            CancellationToken.None)));

    /// <summary>Asks for a list many times over each of so many connections, and takes no answer.</summary>
    private static async Task<Sockets> NeverReadAsync(FloodStage stage, int connections, int times)
    {
        var request = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(
            $"GET /api/v1/jobs?limit=100 HTTP/1.1\r\nHost: {stage.Url.Authority}\r\nx-api-key: {stage.Greedy.Key}\r\n\r\n", times)));
        var sockets = new Sockets();
        for (var i = 0; i < connections; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, stage.Url.Port);
            await socket.SendAsync(request);
        }

        return sockets;
    }

    private sealed class Sockets : List<Socket>, IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            foreach (var socket in this) socket.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
