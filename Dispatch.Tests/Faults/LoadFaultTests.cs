using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>What must hold while the host is busy. Measures lateness, so it has the machine to itself.</summary>
[CollectionDefinition(nameof(LoadFaultTests), DisableParallelization = true)]
public sealed class AloneOnTheMachine;

/// <summary>Scenarios 10 (a receiver that holds everything), 15 (on one host) and 20 of reliability.md.</summary>
[Collection(nameof(LoadFaultTests))]
public sealed class LoadFaultTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private Receiver receiver = null!;
    private HostProcess host = null!;
    private ApiUser user = null!;

    public async ValueTask InitializeAsync()
    {
        receiver = await Receiver.StartAsync();
        host = await HostProcess.StartAsync(folder.Path);
        user = await ApiUser.SignUpAsync(host.Url);
    }

    public async ValueTask DisposeAsync()
    {
        user.Dispose();
        await host.DisposeAsync();
        await receiver.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task No_post_that_starts_after_the_key_was_revoked_is_accepted()
    {
        var posts = await EndUnderLoad.RunAsync(
            () => user.PostJobAsync(receiver.Url, DateTimeOffset.UtcNow.AddHours(1)),
            () => user.DataAsync(HttpMethod.Delete, $"projects/{user.ProjectId}/keys/{user.KeyId}"));
        EndUnderLoad.AssertDeadAtOnce(posts, HttpStatusCode.Created);
    }

    [Fact]
    public async Task No_read_that_starts_after_the_sign_out_is_answered()
    {
        var reads = await EndUnderLoad.RunAsync(
            () => user.SendAsync(HttpMethod.Get, "jobs"),
            () => user.DataAsync(HttpMethod.Post, "auth/logout"));
        EndUnderLoad.AssertDeadAtOnce(reads, HttpStatusCode.OK);
    }

    [Fact]
    public async Task No_read_that_starts_after_a_change_of_password_is_answered()
    {
        var reads = await EndUnderLoad.RunAsync(
            () => user.SendAsync(HttpMethod.Get, "projects"),
            () => user.DataAsync(HttpMethod.Post, "auth/password", new { currentPassword = user.Password, newPassword = "another horse battery" }));
        EndUnderLoad.AssertDeadAtOnce(reads, HttpStatusCode.OK);
    }

    /// <summary>Scenario 20.</summary>
    [Fact]
    public async Task A_login_storm_is_turned_away_and_deliveries_stay_on_time()
    {
        await SteadyLoadAsync(perSecond: 200, seconds: 3);   // compiled and warm
        var calm = await SteadyLoadAsync(perSecond: 200, seconds: 8);

        using var over = new CancellationTokenSource();
        using var storm = new Storm(host.Url, perSecond: 200, over.Token);
        var stormy = await SteadyLoadAsync(perSecond: 200, seconds: 8);
        await over.CancelAsync();
        var answers = await storm.Answers;

        Assert.True(answers.Values.Sum() > 800, $"only {answers.Values.Sum()} tries: the storm was not run");
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests], answers.Keys.Order());
        var refused = answers[HttpStatusCode.TooManyRequests];
        Assert.True(refused > 0.9 * answers.Values.Sum(), $"{refused} of {answers.Values.Sum()} tries were turned away");
        Assert.Equal([HttpStatusCode.OK], storm.Health.Distinct());
        Assert.True(stormy <= Math.Max(4 * calm, 50), $"p99 lateness {stormy:0.0} ms in the storm, {calm:0.0} ms without");
        TestContext.Current.SendDiagnosticMessage($"p99 lateness {calm:0.0} ms calm, {stormy:0.0} ms in the storm; {refused} of {answers.Values.Sum()} turned away");
    }

    /// <summary>Scenario 10, within one project.</summary>
    [Fact]
    public async Task Receivers_that_never_answer_do_not_delay_another_receiver_of_the_same_project()
    {
        await using var dead = new HostileReceiver(connection => connection.HangAsync());
        var due = Soon(3000);
        await Parallel.ForAsync(0, 600, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, _) => await user.ScheduleAsync(dead.Url.ToString(), due));
        await TimeProvider.System.WaitUntilAsync(due.AddSeconds(1).ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
        Assert.InRange(dead.Connections, 256, 257);   // Delivery:MaxPerDestination, all of them held

        var p99 = await SteadyLoadAsync(perSecond: 100, seconds: 8);

        TestContext.Current.SendDiagnosticMessage($"p99 lateness {p99:0.0} ms beside {dead.Connections} hanging deliveries");
        Assert.InRange(p99, 0, 250);
    }

    private static DateTimeOffset Soon(double milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddMilliseconds(milliseconds).ToUnixTimeMilliseconds());

    /// <summary>Posts and delivers so many jobs a second, each due a second after its POST; the 99th percentile of arrival − fireAt in ms.</summary>
    private async Task<double> SteadyLoadAsync(int perSecond, int seconds)
    {
        var due = new ConcurrentDictionary<Guid, DateTimeOffset>();
        var start = Stopwatch.GetTimestamp();
        var posts = new List<Task>();
        for (var i = 0; i < perSecond * seconds; i++)
        {
            var wait = TimeSpan.FromSeconds((double)i / perSecond) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, TestContext.Current.CancellationToken);
            posts.Add(PostAsync());
        }

        await Task.WhenAll(posts);
        var arrivals = await receiver.WaitForAsync(a => due.ContainsKey(a.JobId), due.Count);
        Assert.Equal(due.Count, arrivals.Select(a => a.JobId).Distinct().Count());
        var lateness = arrivals.Select(a => (a.At - due[a.JobId]).TotalMilliseconds).Order().ToArray();
        Assert.True(lateness[0] >= 0, $"{-lateness[0]} ms early");
        return lateness[(int)(lateness.Length * 0.99)];

        async Task PostAsync()
        {
            var fireAt = Soon(1000);
            due[await user.ScheduleAsync(receiver.Url, fireAt)] = fireAt;
        }
    }

    /// <summary>Wrong passwords at a steady rate, and every 100 ms a look at the host's health.</summary>
    private sealed class Storm : IDisposable
    {
        private readonly HttpClient http;

        public Storm(string hostUrl, int perSecond, CancellationToken over)
        {
            http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = new Uri(hostUrl) };
            Answers = RunAsync(perSecond, over);
        }

        public ConcurrentQueue<HttpStatusCode> Health { get; } = new();

        /// <summary>How many tries got which answer, once the storm is over.</summary>
        public Task<Dictionary<HttpStatusCode, int>> Answers { get; }

        public void Dispose() => http.Dispose();

        private async Task<Dictionary<HttpStatusCode, int>> RunAsync(int perSecond, CancellationToken over)
        {
            var start = Stopwatch.GetTimestamp();
            var tries = new List<Task<HttpStatusCode>>();
            while (!over.IsCancellationRequested)
            {
                while (tries.Count < Stopwatch.GetElapsedTime(start).TotalSeconds * perSecond) tries.Add(TryAsync(tries.Count));
                if (tries.Count % (perSecond / 10) < 4) Health.Enqueue((await http.GetAsync("/health/live", CancellationToken.None)).StatusCode);
                await Task.Delay(10, CancellationToken.None);
            }

            return (await Task.WhenAll(tries)).CountBy(status => status).ToDictionary();
        }

        private async Task<HttpStatusCode> TryAsync(int number)
        {
            using var response = await http.PostAsJsonAsync("/api/v1/auth/login", new { email = $"someone{number % 50}@example.com", password = "a wrong password" }, CancellationToken.None);
            return response.StatusCode;
        }
    }
}
