using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Microsoft.Data.Sqlite;

namespace Dispatch.Tests.Faults;

/// <summary>Scenario 5 of reliability.md: the SQLite file is locked by another process, or its disk is full.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class StorageFaultTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private Receiver receiver = null!;

    private string Data => Path.Combine(folder.Path, "data");

    public async ValueTask InitializeAsync() => receiver = await Receiver.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await receiver.DisposeAsync();
        SqliteConnection.ClearAllPools();
        folder.Dispose();
    }

    [Fact]
    public async Task While_another_process_locks_the_file_posts_wait_or_are_503_and_nothing_is_lost()
    {
        await using var host = await HostProcess.StartAsync(folder.Path);
        using var user = await ApiUser.SignUpAsync(host.Url);
        var accepted = new ConcurrentDictionary<Guid, DateTimeOffset>();
        // Due before, in and after the lock.
        await Parallel.ForAsync(0, 40, async (i, _) => await PostAsync(user, accepted, In(1000 + (i * 200))));
        Assert.Equal(40, accepted.Count);

        await using (var locker = await OpenAsync())
        {
            await ExecuteAsync(locker, "BEGIN EXCLUSIVE");
            var locked = Stopwatch.StartNew();
            var posts = Enumerable.Range(0, 20).Select(_ => PostAsync(user, accepted, In(13_000))).ToArray();
            using var http = new HttpClient { BaseAddress = new Uri(host.Url) };
            while (locked.Elapsed < TimeSpan.FromSeconds(10))
            {
                using var live = await http.GetAsync("/health/live", TestContext.Current.CancellationToken)
                    .WaitAsync(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, live.StatusCode);
                await Task.Delay(500, TestContext.Current.CancellationToken);
            }

            Assert.Equal(40, accepted.Count);   // no 201 for what is not durable
            await ExecuteAsync(locker, "ROLLBACK");
            await Task.WhenAll(posts).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }

        var unlocked = DateTimeOffset.UtcNow;
        await PostAsync(user, accepted, In(1000));
        await AssertAllFiredAsync(user, accepted);
        Assert.All(
            receiver.Arrivals.Where(a => accepted[a.JobId] < unlocked),
            a => Assert.InRange(a.At, DateTimeOffset.MinValue, unlocked.AddSeconds(8)));
        await AssertIntactAsync();
    }

    [Fact]
    public async Task A_full_disk_is_503_and_once_there_is_room_the_same_host_goes_on()
    {
        Directory.CreateDirectory(Data);
        await MountAsync();
        try
        {
            var ballast = Path.Combine(Data, "ballast");
            await File.WriteAllBytesAsync(ballast, new byte[2 * 1024 * 1024], TestContext.Current.CancellationToken);
            await using var host = await HostProcess.StartAsync(folder.Path);
            using var user = await ApiUser.SignUpAsync(host.Url);
            var accepted = new ConcurrentDictionary<Guid, DateTimeOffset>();
            await PostAsync(user, accepted, In(4000));   // its claim and its outcome meet the full disk

            var far = DateTimeOffset.UtcNow.AddHours(1);
            var payload = $$"""{"fill":"{{new string('x', 100_000)}}"}""";
            var filled = new List<Guid>();
            var refusals = 0;
            for (var i = 0; refusals < 5; i++)
            {
                Assert.True(i < 300, "an 8 MB disk took 30 MB");
                if (await TryPostAsync(user, far, payload) is { } id) filled.Add(id);
                else refusals++;
            }

            while (await TryPostAsync(user, far) is { } small) filled.Add(small);   // to the last page

            Assert.NotEmpty(filled);
            await TimeProvider.System.WaitUntilAsync(
                accepted.Values.Max().AddSeconds(2).ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);
            Assert.True(host.IsRunning, host.Output);
            Assert.Null(await TryPostAsync(user, far, payload));

            File.Delete(ballast);
            while (await TryPostAsync(user, In(2000)) is not { } after || !accepted.TryAdd(after, default))
                await Task.Delay(50, TestContext.Current.CancellationToken);
            await AssertAllFiredAsync(user, accepted);
            foreach (var id in filled) Assert.Equal("SCHEDULED", (await user.JobAsync(id)).GetProperty("status").GetString());
            await AssertIntactAsync();
            Assert.Equal(0, await host.TerminateAsync());
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            await RunAsync("umount", "-l", Data);
        }
    }

    private static DateTimeOffset In(int milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + milliseconds);

    private async Task PostAsync(ApiUser user, ConcurrentDictionary<Guid, DateTimeOffset> accepted, DateTimeOffset fireAt)
    {
        if (await TryPostAsync(user, fireAt) is { } id) accepted[id] = fireAt;
    }

    /// <summary>The job's id; null where the answer was 503, as it must be when it is not 201.</summary>
    private async Task<Guid?> TryPostAsync(ApiUser user, DateTimeOffset fireAt, string payload = "{}")
    {
        using var response = await user.PostJobAsync(receiver.Url, fireAt, payload);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(
            response.Content.Headers.ContentType?.MediaType == "application/json",
            $"{(int)response.StatusCode} is not the envelope: {body}");
        var envelope = JsonDocument.Parse(body).RootElement;
        if (response.StatusCode == HttpStatusCode.Created) return envelope.GetProperty("data").GetProperty("id").GetGuid();

        Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable, envelope.ToString());
        Assert.False(envelope.GetProperty("status").GetBoolean());
        Assert.Equal("storage_unavailable", envelope.GetProperty("error").GetProperty("code").GetString());
        Assert.True(response.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1), "no Retry-After");
        return null;
    }

    private async Task AssertAllFiredAsync(ApiUser user, ConcurrentDictionary<Guid, DateTimeOffset> accepted)
    {
        foreach (var id in accepted.Keys) await user.JobWhenAsync(id, "SUCCESS");
        Assert.Equal(accepted.Keys.Order(), receiver.Arrivals.Select(a => a.JobId).Order());
        Assert.DoesNotContain(receiver.Arrivals, a => a.At < accepted[a.JobId]);
    }

    private async Task AssertIntactAsync()
    {
        await using var connection = await OpenAsync();
        await using var check = connection.CreateCommand();
        check.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", await check.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    private async Task<SqliteConnection> OpenAsync()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(Data, "dispatch.db")};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task MountAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a disk of 8 MB is made with tmpfs, which is Linux's");
        Assert.SkipUnless(
            await RunAsync("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", Data) == 0,
            "mounting a tmpfs is not permitted here (needs root)");
    }

    private static async Task<int> RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
