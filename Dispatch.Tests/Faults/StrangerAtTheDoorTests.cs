using System.Globalization;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Scenario 30 of reliability.md: somebody without a credential reads without a pause, or does not read at all. Another account's jobs
/// stay on time and its posts are answered; memory stays bounded.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class StrangerAtTheDoorTests : IAsyncLifetime
{
    private const double MaxMs = 100;
    private const int MaxMegabytes = 150;

    private readonly TemporaryFolder folder = new();
    private Receiver receiver = null!;
    private HostProcess host = null!;
    private ApiUser user = null!;

    public async ValueTask InitializeAsync()
    {
        receiver = await Receiver.StartAsync();
        host = await HostProcess.StartAsync(folder.Path);
        user = await ApiUser.SignUpAsync(host.Url);
        await MeasureAsync(() => Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken));   // compiled and warm
    }

    public async ValueTask DisposeAsync()
    {
        user.Dispose();
        await host.DisposeAsync();
        await receiver.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/using")]
    [InlineData("/login")]
    [InlineData("/nothing-here")]
    public async Task Sixty_four_connections_that_read_without_a_pause_delay_nobody(string path)
    {
        using var over = new CancellationTokenSource();
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 });
        var answers = 0;
        var readers = Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                using var answer = await http.GetAsync(host.Url + path, CancellationToken.None);
                Interlocked.Increment(ref answers);
            }
        })).ToArray();

        await AssertOnTimeAsync(() => Task.Delay(TimeSpan.FromSeconds(8), TestContext.Current.CancellationToken));

        await over.CancelAsync();
        await Task.WhenAll(readers);
        TestContext.Current.SendDiagnosticMessage($"{path}: {answers} answers to 64 readers in some 8 s");
        Assert.True(answers > 100, $"only {answers} answers");
    }

    [Theory]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/api/scalar.js")]
    public async Task Connections_that_ask_and_never_read_delay_nobody_and_cost_little_memory(string path)
    {
        var idle = Megabytes();
        var most = idle;
        using var crowd = new Crowd(host.Url, "127.0.0.7");
        await AssertOnTimeAsync(async () =>
        {
            await crowd.ComeAsync(500, crowd.Get(path, times: 5));
            for (var i = 0; i < 40; i++)
            {
                most = Math.Max(most, Megabytes());
                await Task.Delay(200, TestContext.Current.CancellationToken);
            }
        });
        TestContext.Current.SendDiagnosticMessage($"{path}: {idle} MB idle, {most} MB at most, {crowd.Closed} closed");
        Assert.InRange(most - idle, 0, MaxMegabytes);
        await crowd.WaitForClosedAsync(500, TimeSpan.FromSeconds(30));
        Assert.InRange(host.Output.Split('\n').Count(line => line.Contains("took none of an answer", StringComparison.Ordinal)), 1, 2);
        Assert.DoesNotContain("unhandled exception", host.Output, StringComparison.OrdinalIgnoreCase);
    }

    private async Task AssertOnTimeAsync(Func<Task> meanwhile)
    {
        var (posts, lateness) = await MeasureAsync(meanwhile);
        posts.AssertAllTaken();
        TestContext.Current.SendDiagnosticMessage($"{posts}; lateness {lateness}");
        Assert.InRange(lateness.P(0.99), 0, MaxMs);
        var sorted = posts.Posts.Select(post => post.Took.TotalMilliseconds).Order().ToArray();
        Assert.InRange(sorted[(int)(sorted.Length * 0.99)], 0, MaxMs);
    }

    private async Task<(TimedLoad Posts, Lateness Lateness)> MeasureAsync(Func<Task> meanwhile)
    {
        var ledger = new Ledger();
        var load = new TimedLoad(ledger, receiver.Url, perSecond: 20, [user]);
        await meanwhile();
        await load.EndAsync();
        await ledger.AllArriveAsync(receiver, TimeSpan.FromSeconds(30));
        return (load, ledger.LatenessOf(receiver, (_, _) => true));
    }

    // What the process holds of the machine's memory.
    private int Megabytes() => int.Parse(
        File.ReadLines($"/proc/{host.Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture) / 1024;
}
