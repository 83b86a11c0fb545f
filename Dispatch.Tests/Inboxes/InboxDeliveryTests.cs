using System.Text.Json;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Inboxes;

/// <summary>Jobs that are delivered to the inbox of their own project, all of it over HTTP.</summary>
public abstract class InboxDeliveryTests(DatabaseProvider provider) : IAsyncLifetime
{
    private TestHost host = null!;
    private InboxUser user = null!;

    public async ValueTask InitializeAsync()
    {
        host = await TestHost.StartAsync(
            provider, "--Delivery:RetryLadder=00:00:05", "--Delivery:MaxAttempts=2", "--Delivery:Timeout=00:00:02");
        user = await InboxUser.SignUpAsync(host.Url);
    }

    public async ValueTask DisposeAsync()
    {
        user.Dispose();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_delivery_is_kept_byte_for_byte_with_its_signatures_checked()
    {
        const string payload = """{ "n" : 1.00e+2, "dup":1,"dup":2 , "e":"\u00e9\/é" }""";
        var id = await user.ScheduleAsync(user.Url, payload);
        var job = await user.Api.JobWhenAsync(id, "SUCCESS");

        var log = Assert.Single(job.GetProperty("logs").EnumerateArray());
        Assert.Equal(
            (200, """{"received":true}"""),
            (log.GetProperty("responseCode").GetInt32(), log.GetProperty("responseBody").GetString()));

        var request = Assert.Single(await user.RequestsAsync());
        Assert.Equal(
            $$"""{"jobId":"{{id}}","title":"a job","payload":{{payload}},"firedAt":"{{log.GetProperty("firedAt").GetString()}}"}""",
            request.GetProperty("body").GetString());
        Assert.Equal(("Valid", "POST"), (request.GetProperty("signature").GetString(), request.GetProperty("method").GetString()));
        Assert.Equal((id, 200), (request.GetProperty("jobId").GetGuid(), request.GetProperty("answeredStatus").GetInt32()));
        Assert.False(request.GetProperty("bodyIsCut").GetBoolean());
        Assert.Equal(id.ToString(), Header(request, "webhook-id"));
        Assert.Equal(new Uri(user.Url).Authority, Header(request, "host"));
    }

    [Fact]
    public async Task A_delivery_is_valid_with_either_secret_after_a_rotation()
    {
        await user.Api.DataAsync(HttpMethod.Post, $"projects/{user.Api.ProjectId}/signing-secret/rotate");
        await user.Api.JobWhenAsync(await user.ScheduleAsync(user.Url), "SUCCESS");
        Assert.Equal("Valid", Assert.Single(await user.RequestsAsync()).GetProperty("signature").GetString());
    }

    [Fact]
    public async Task The_largest_delivery_is_cut_but_its_signature_is_checked_whole()
    {
        var payload = $$"""{"x":"{{new string('x', (256 * 1024) - 8)}}"}""";
        Assert.Equal(256 * 1024, payload.Length);
        await user.Api.JobWhenAsync(await user.ScheduleAsync(user.Url, payload), "SUCCESS");
        var request = Assert.Single(await user.RequestsAsync());
        Assert.True(request.GetProperty("bodyIsCut").GetBoolean());
        Assert.Equal(256 * 1024, request.GetProperty("body").GetString()!.Length);
        Assert.Equal("Valid", request.GetProperty("signature").GetString());
    }

    [Fact]
    public async Task An_answer_of_500_fails_the_attempt_until_another_one_is_chosen()
    {
        await user.AnswerWithAsync(500);
        var id = await user.ScheduleAsync(user.Url);
        var failed = await user.Api.JobAttemptedAsync(id);
        Assert.Equal(500, failed.GetProperty("logs")[0].GetProperty("responseCode").GetInt32());

        await user.AnswerWithAsync(204);
        var job = await user.Api.JobWhenAsync(id, "SUCCESS");
        Assert.Equal(204, job.GetProperty("logs")[0].GetProperty("responseCode").GetInt32());
        Assert.Equal([204, 500], (await user.RequestsAsync()).Select(request => request.GetProperty("answeredStatus").GetInt32()));
    }

    [Fact]
    public async Task A_slow_answer_succeeds_within_the_time_limit_and_fails_beyond_it()
    {
        await user.AnswerWithAsync(200, delayMs: 400);
        var job = await user.Api.JobWhenAsync(await user.ScheduleAsync(user.Url), "SUCCESS");
        Assert.InRange(job.GetProperty("logs")[0].GetProperty("durationMs").GetInt64(), 390, 1_999);

        await user.AnswerWithAsync(200, delayMs: 60_000);
        var dead = await user.Api.JobWhenAsync(await user.ScheduleAsync(user.Url), "DEAD");
        Assert.All(
            dead.GetProperty("logs").EnumerateArray(),
            log => Assert.Equal("No answer within 2 s.", log.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task A_burst_of_deliveries_is_answered_and_the_last_hundred_are_kept()
    {
        // This class's time limit of two seconds is short for a burst on a busy machine.
        await using var patient = await TestHost.StartAsync(provider);
        using var sender = await InboxUser.SignUpAsync(patient.Url);
        var at = DateTimeOffset.UtcNow.AddSeconds(5);
        var jobs = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => sender.Api.ScheduleAsync(sender.Url, at)));
        foreach (var id in jobs) Assert.Single((await sender.Api.JobWhenAsync(id, "SUCCESS")).GetProperty("logs").EnumerateArray());
        var kept = await sender.RequestsAsync();
        Assert.Equal(100, kept.Length);
        Assert.Equal(100, kept.Select(request => request.GetProperty("jobId").GetGuid()).Intersect(jobs).Count());
        Assert.All(kept, request => Assert.Equal("Valid", request.GetProperty("signature").GetString()));
    }

    private static string Header(JsonElement request, string name) => request.GetProperty("headers").EnumerateArray()
        .Single(header => header.GetProperty("name").GetString()!.Equals(name, StringComparison.OrdinalIgnoreCase))
        .GetProperty("value").GetString()!;
}

public sealed class InboxDeliveryOnSqlite() : InboxDeliveryTests(DatabaseProvider.Sqlite);

public sealed class InboxDeliveryOnPostgres() : InboxDeliveryTests(DatabaseProvider.Postgres);

public sealed class InboxDeliveryOnSqlServer() : InboxDeliveryTests(DatabaseProvider.SqlServer);
