using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Jobs;

/// <summary>Every branch of the state machine over HTTP, with a real receiver; the ladder is shortened.</summary>
public abstract class LifeOfAJobTests(DatabaseProvider provider) : IAsyncLifetime
{
    private TestHost host = null!;
    private Receiver receiver = null!;
    private ApiUser user = null!;

    public async ValueTask InitializeAsync()
    {
        host = await TestHost.StartAsync(provider, "--Delivery:RetryLadder=00:00:00.400, 00:00:00.800", "--Delivery:Timeout=00:00:02");
        receiver = await Receiver.StartAsync();
        user = await ApiUser.SignUpAsync(host.Url);
    }

    public async ValueTask DisposeAsync()
    {
        user.Dispose();
        await receiver.DisposeAsync();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_webhook_arrives_on_time_signed_and_byte_for_byte()
    {
        const string payload = """{ "n" : 1.00e+2, "dup":1,"dup":2 , "e":"\u00e9\/" , "z":{"a":[1 ,2]} }""";
        var fireAt = Soon(1000);
        var id = await user.ScheduleAsync(receiver.Url + "/hook?x=1", fireAt, payload, title: "  Café \"trial\"  ");

        var arrival = await receiver.WaitForAsync(a => a.JobId == id);

        Assert.True(arrival.At >= fireAt, $"{(fireAt - arrival.At).TotalMilliseconds} ms early");
        var firedAt = arrival.Json.GetProperty("firedAt").GetString();
        Assert.Equal($$"""{"jobId":"{{id}}","title":"Café \"trial\"","payload":{{payload}},"firedAt":"{{firedAt}}"}""", arrival.Text);
        Assert.Equal("application/json", arrival.Headers["content-type"]);
        await AssertSignedAsync(arrival, secretsExpected: 1);

        var job = await user.JobWhenAsync(id, "SUCCESS");
        Assert.Equal(payload, job.GetProperty("payload").GetRawText());
        Assert.Equal(JsonValueKind.Null, job.GetProperty("nextAttemptAt").ValueKind);
        var log = Assert.Single(job.GetProperty("logs").EnumerateArray());
        Assert.Equal(
            (1, "SUCCESS", 200, firedAt),
            (
                log.GetProperty("attempt").GetInt32(),
                log.GetProperty("status").GetString(),
                log.GetProperty("responseCode").GetInt32(),
                log.GetProperty("firedAt").GetString()));
        Assert.InRange(log.GetProperty("latenessMs").GetInt64(), 0, 5000);
    }

    [Fact]
    public async Task After_rotation_both_secrets_sign()
    {
        var old = (await user.DataAsync(HttpMethod.Get, $"projects/{user.ProjectId}/signing-secret")).GetProperty("secret").GetString()!;
        await user.DataAsync(HttpMethod.Post, $"projects/{user.ProjectId}/signing-secret/rotate");
        var id = await user.ScheduleAsync(receiver.Url, Soon(500));

        var arrival = await receiver.WaitForAsync(a => a.JobId == id);

        await AssertSignedAsync(arrival, secretsExpected: 2);
        Assert.Contains(HexSignature(old, arrival), arrival.Headers["x-dispatch-signature"]);
    }

    [Fact]
    public async Task A_failed_attempt_is_retried_after_the_rung_and_can_succeed()
    {
        receiver.Answer = (_, context) => Status(context, receiver.Arrivals.Count == 1 ? 500 : 204);
        var id = await user.ScheduleAsync(receiver.Url, Soon(300));

        var arrivals = await receiver.WaitForAsync(a => a.JobId == id, 2);

        Assert.InRange((arrivals[1].At - arrivals[0].At).TotalMilliseconds, 400, 3000);
        var job = await user.JobWhenAsync(id, "SUCCESS");
        Assert.Equal(1, job.GetProperty("retryCount").GetInt32());
        Assert.Equal([(2, "SUCCESS", 204), (1, "FAILED", 500)], Logs(job));
    }

    [Fact]
    public async Task The_third_failed_attempt_is_the_last()
    {
        receiver.Answer = (_, context) => Status(context, 503, "down\0 for \ud83d\ude34");
        var id = await user.ScheduleAsync(receiver.Url, Soon(300));

        var job = await user.JobWhenAsync(id, "DEAD");

        Assert.Equal(2, job.GetProperty("retryCount").GetInt32());
        Assert.Equal([(3, "FAILED", 503), (2, "FAILED", 503), (1, "FAILED", 503)], Logs(job));
        var arrivals = receiver.Arrivals.OrderBy(a => a.At).ToArray();
        Assert.InRange((arrivals[1].At - arrivals[0].At).TotalMilliseconds, 400, 3000);
        Assert.InRange((arrivals[2].At - arrivals[1].At).TotalMilliseconds, 800, 3000);
        var log = job.GetProperty("logs")[0];
        Assert.Equal("down for \ud83d\ude34", log.GetProperty("responseBody").GetString());
        Assert.Contains("503", log.GetProperty("error").GetString());
        Assert.Equal((HttpStatusCode.BadRequest, "Only scheduled jobs can be cancelled"), await user.CancelAsync(id));
    }

    [Fact]
    public async Task An_answer_of_any_bytes_is_logged()
    {
        byte[][] bodies =
        [
            [.. Enumerable.Range(0, 256).Select(b => (byte)b)],
            [0xED, 0xA0, 0x80, 0, 0xF4, 0x90, 0x80, 0x80],
            [0],
            [.. "x"u8, .. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("😀", 5000)))]
        ];
        receiver.Answer = (arrival, context) => context.Response.Body.WriteAsync(bodies[int.Parse(arrival.Path[1..])]).AsTask();
        var ids = new List<Guid>();
        for (var i = 0; i < bodies.Length; i++) ids.Add(await user.ScheduleAsync($"{receiver.Url}/{i}", Soon(500)));

        var logged = new List<string?>();
        foreach (var id in ids)
            logged.Add((await user.JobWhenAsync(id, "SUCCESS")).GetProperty("logs")[0].GetProperty("responseBody").GetString());

        Assert.Equal(bodies[..3].Select(body => Encoding.UTF8.GetString(body).Replace("\0", "", StringComparison.Ordinal)), logged[..3]);
        Assert.StartsWith("x" + string.Concat(Enumerable.Repeat("😀", 4095)) + "\n…", logged[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_means_a_retry_is_armed_and_cannot_be_cancelled()
    {
        await using var slow = await TestHost.StartAsync(provider, "--Delivery:RetryLadder=01:00:00");
        using var other = await ApiUser.SignUpAsync(slow.Url);
        receiver.Answer = (_, context) => Status(context, 404);
        var id = await other.ScheduleAsync(receiver.Url, Soon(200));

        var job = await other.JobWhenAsync(id, "FAILED");

        var end = DateTimeOffset.Parse(job.GetProperty("updatedAt").GetString()!);
        Assert.InRange((DateTimeOffset.Parse(job.GetProperty("nextAttemptAt").GetString()!) - end).TotalMinutes, 59, 60.1);
        Assert.Equal((HttpStatusCode.BadRequest, "Only scheduled jobs can be cancelled"), await other.CancelAsync(id));
        Assert.Equal("FAILED", (await other.JobAsync(id)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_job_on_the_wire_is_firing_and_cannot_be_cancelled()
    {
        var answer = new TaskCompletionSource();
        receiver.Answer = (_, _) => answer.Task;
        var id = await user.ScheduleAsync(receiver.Url, Soon(200));
        await receiver.WaitForAsync(a => a.JobId == id);

        Assert.Equal("FIRING", (await user.JobAsync(id)).GetProperty("status").GetString());
        Assert.Equal((HttpStatusCode.BadRequest, "Only scheduled jobs can be cancelled"), await user.CancelAsync(id));
        answer.SetResult();
        await user.JobWhenAsync(id, "SUCCESS");
    }

    [Fact]
    public async Task A_cancelled_job_is_never_sent()
    {
        var cancelled = await user.ScheduleAsync(receiver.Url, Soon(800));
        var after = await user.ScheduleAsync(receiver.Url, Soon(1500));

        Assert.Equal((HttpStatusCode.OK, "Job cancelled successfully"), await user.CancelAsync(cancelled));
        Assert.Equal((HttpStatusCode.BadRequest, "Only scheduled jobs can be cancelled"), await user.CancelAsync(cancelled));

        await receiver.WaitForAsync(a => a.JobId == after);
        Assert.DoesNotContain(receiver.Arrivals, a => a.JobId == cancelled);
        Assert.Equal("CANCELLED", (await user.JobAsync(cancelled)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_fails_at_the_time_limit()
    {
        receiver.Answer = (_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var id = await user.ScheduleAsync(receiver.Url, Soon(200));

        var job = await user.JobAttemptedAsync(id);

        var log = job.GetProperty("logs")[0];
        Assert.InRange(log.GetProperty("durationMs").GetInt64(), 1900, 2900);
        Assert.Equal(JsonValueKind.Null, log.GetProperty("responseCode").ValueKind);
    }

    [Fact]
    public async Task The_next_moment_and_the_year_9999_are_both_accepted()
    {
        var id = await user.ScheduleSoonAsync(receiver.Url, 250);
        var far = await user.ScheduleAsync(receiver.Url, new DateTimeOffset(9999, 12, 31, 23, 59, 59, 999, TimeSpan.Zero));
        var beyondTimers = await user.ScheduleAsync(receiver.Url, DateTimeOffset.UtcNow.AddDays(50));

        await user.JobWhenAsync(id, "SUCCESS");
        Assert.Equal("9999-12-31T23:59:59.999Z", (await user.JobAsync(far)).GetProperty("fireAt").GetString());
        Assert.Equal("SCHEDULED", (await user.JobAsync(beyondTimers)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Jobs_of_a_deleted_project_are_not_sent()
    {
        using var other = await ApiUser.SignUpAsync(host.Url);
        var gone = await other.ScheduleAsync(receiver.Url, Soon(1000));
        var kept = await user.ScheduleAsync(receiver.Url, Soon(1500));
        await other.DataAsync(HttpMethod.Delete, $"projects/{other.ProjectId}");

        await receiver.WaitForAsync(a => a.JobId == kept);
        Assert.DoesNotContain(receiver.Arrivals, a => a.JobId == gone);
        Assert.Equal(HttpStatusCode.NotFound, (await other.SendAsync(HttpMethod.Get, $"jobs/{gone}")).StatusCode);
    }

    private static DateTimeOffset Soon(int milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + milliseconds);

    private static Task Status(Microsoft.AspNetCore.Http.HttpContext context, int status, string body = "")
    {
        context.Response.StatusCode = status;
        return body.Length == 0 ? Task.CompletedTask : context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body)).AsTask();
    }

    private static (int, string, int)[] Logs(JsonElement job) =>
        [.. job.GetProperty("logs").EnumerateArray().Select(l => (
            l.GetProperty("attempt").GetInt32(),
            l.GetProperty("status").GetString()!,
            l.GetProperty("responseCode").GetInt32()))];

    private static string HexSignature(string secret, Arrival arrival)
    {
        var t = arrival.Headers["x-dispatch-signature"].Split(',')[0][2..];
        return "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{t}.{arrival.Text}")));
    }

    private async Task AssertSignedAsync(Arrival arrival, int secretsExpected)
    {
        var secret = (await user.DataAsync(HttpMethod.Get, $"projects/{user.ProjectId}/signing-secret")).GetProperty("secret").GetString()!;
        Assert.Contains(HexSignature(secret, arrival), arrival.Headers["x-dispatch-signature"]);
        Assert.Equal(secretsExpected, arrival.Headers["x-dispatch-signature"].Split(",v1=").Length - 1);

        var (id, timestamp) = (arrival.Headers["webhook-id"], arrival.Headers["webhook-timestamp"]);
        Assert.Equal(arrival.JobId.ToString(), id);
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{arrival.Text}")));
        var signatures = arrival.Headers["webhook-signature"].Split(' ');
        Assert.Contains(expected, signatures);
        Assert.Equal(secretsExpected, signatures.Length);
    }
}

[Collection(nameof(AloneOnTheMachine))]
public sealed class LifeOfAJobOnSqlite() : LifeOfAJobTests(DatabaseProvider.Sqlite);

[Collection(nameof(AloneOnTheMachine))]
public sealed class LifeOfAJobOnPostgres() : LifeOfAJobTests(DatabaseProvider.Postgres);

[Collection(nameof(AloneOnTheMachine))]
public sealed class LifeOfAJobOnSqlServer() : LifeOfAJobTests(DatabaseProvider.SqlServer);
