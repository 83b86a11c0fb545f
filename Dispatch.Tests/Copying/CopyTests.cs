using System.Text.Json;
using Dispatch.Counters;
using Dispatch.Settings;
using Dispatch.Tests.Inboxes;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Copying;

/// <summary>From a SQLite file that a real host has filled to PostgreSQL, by the real command, and a real host there.</summary>
public sealed class CopyTests : IAsyncLifetime
{
    private const string Slow = "--Delivery:RetryLadder=01:00:00";

    private readonly TemporaryFolder folder = new();
    private Receiver receiver = null!;
    private HostProcess host = null!;
    private CopyTestDatabase target = null!;

    private static DateTimeOffset Soon => DateTimeOffset.UtcNow.AddSeconds(2);   // enough for the call on a busy machine

    private int Port => new Uri(host.Url).Port;

    public async ValueTask InitializeAsync()
    {
        receiver = await Receiver.StartAsync();
        target = await CopyTestDatabase.CreateAsync(DatabaseProvider.Postgres);
        host = await HostProcess.StartAsync(folder.Path, "--Delivery:RetryLadder=00:00:01", "--Delivery:MaxAttempts=2");
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await target.DisposeAsync();
        await receiver.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Everything_is_there_afterwards_and_what_was_pending_fires()
    {
        receiver.Answer = (arrival, context) =>
        {
            if (arrival.Path == "/broken") context.Response.StatusCode = 500;
            return arrival.Path == "/hangs" && receiver.Arrivals.Count(a => a.Path == "/hangs") == 1
                ? Task.Delay(Timeout.Infinite, context.RequestAborted)
                : Task.CompletedTask;
        };
        using var inbox = await InboxUser.SignUpAsync(host.Url);
        var user = inbox.Api;
        using var browser = new PageClient(new Uri(host.Url));
        await browser.RegisterAsync();
        await inbox.PostAsync("""{"hello":"inbox"}""");
        var secret = (await inbox.SecretAsync()).GetRawText();

        var delivered = await user.ScheduleAsync($"{receiver.Url}/fine", Soon, """{ "n": 1.50, "s": "\u0000é😀" }""", "delivered 😀");
        var dead = await user.ScheduleAsync($"{receiver.Url}/broken", Soon);
        await user.JobWhenAsync(delivered, "SUCCESS");
        await user.JobWhenAsync(dead, "DEAD");
        await RestartAsync(Slow);
        var failed = await user.ScheduleAsync($"{receiver.Url}/broken", Soon);
        var cancelled = await user.ScheduleAsync($"{receiver.Url}/fine", DateTimeOffset.UtcNow.AddHours(1));
        await user.CancelAsync(cancelled);
        await user.JobWhenAsync(failed, "FAILED");
        var due = DateTimeOffset.UtcNow.AddSeconds(20);
        var pending = await user.ScheduleAsync($"{receiver.Url}/pending", due);
        var hanging = await user.ScheduleAsync($"{receiver.Url}/hangs", Soon);
        await receiver.WaitForAsync(arrival => arrival.JobId == hanging);
        Guid[] settled = [delivered, dead, failed, cancelled];
        var before = await Task.WhenAll(settled.Select(async id => (await user.JobAsync(id)).GetRawText()));
        var requests = JsonSerializer.Serialize(await inbox.RequestsAsync());
        await host.KillAsync();   // with one job FIRING and one armed

        var (exitCode, output) = await CommandProcess.RunAsync(
            folder.Path, "migrate-data", "--from", $"Sqlite:Data Source={folder.Path}/data/dispatch.db", "--to", target.Text);
        Assert.True(exitCode == 0, output);
        Assert.Contains("all counts agree", output, StringComparison.Ordinal);
        Assert.Matches(@"Jobs FIRING +1 +1\s", output);
        await RestartAsync(Slow, [.. DatabaseServers.AsSettings(target.Options)]);

        await receiver.WaitForAsync(arrival => arrival.JobId == pending, TimeSpan.FromSeconds(60));
        await user.JobWhenAsync(pending, "SUCCESS");
        var again = await user.JobWhenAsync(hanging, "SUCCESS");
        Assert.Equal(
            ["SUCCESS", "INTERRUPTED"],
            again.GetProperty("logs").EnumerateArray().Select(log => log.GetProperty("status").GetString()));
        Assert.Equal(1, receiver.Arrivals.Count(arrival => arrival.JobId == pending));
        Assert.True(receiver.Arrivals.Single(arrival => arrival.JobId == pending).At >= due.AddMilliseconds(-1));

        Assert.Equal(before, await Task.WhenAll(settled.Select(async id => (await user.JobAsync(id)).GetRawText())));
        Assert.Equal(requests, JsonSerializer.Serialize(await inbox.RequestsAsync()));
        Assert.Equal(secret, (await inbox.SecretAsync()).GetRawText());
        Assert.True(await browser.IsSignedInAsync(), "the browser's cookie opens");
        await user.DataAsync(HttpMethod.Post, "auth/login", new { email = user.Email, password = user.Password });
        using var byKey = await user.SendWithKeyAsync(HttpMethod.Get, "jobs?status=SCHEDULED");
        Assert.True(byKey.IsSuccessStatusCode);
        await TotalsAgreeAsync(user);
        await user.DataAsync(HttpMethod.Post, "projects", new { name = "made after the move" });
    }

    private async Task TotalsAgreeAsync(ApiUser user)
    {
        foreach (var (status, total) in new[]
        {
            ("SUCCESS", 3),
            ("DEAD", 1),
            ("FAILED", 1),
            ("CANCELLED", 1),
            ("SCHEDULED", 0),
            ("FIRING", 0),
        })
        {
            var page = await user.DataAsync(HttpMethod.Get, $"jobs?status={status}");
            Assert.Equal((status, total), (status, page.GetProperty("pagination").GetProperty("total").GetInt32()));
        }

        Assert.Equal((6, 2), await target.UseAsync(async db => (
            (int)await db.HourlyStats.SumAsync(hour => hour.Succeeded + hour.Failed),
            await db.Users.CountAsync())));
    }

    private async Task RestartAsync(params string[] settings)
    {
        var port = Port;
        if (host.IsRunning) await host.TerminateAsync();
        await host.DisposeAsync();
        host = await HostProcess.StartAsync(folder.Path, port, settings);
    }

    private Task RestartAsync(string setting, string[] more) => RestartAsync([setting, .. more]);
}
