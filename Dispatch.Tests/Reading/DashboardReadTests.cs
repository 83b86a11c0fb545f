using System.Text.Json;
using Dispatch.Model;
using Dispatch.Reading;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Api;

namespace Dispatch.Tests.Reading;

/// <summary>What the dashboard reads, on a whole host against a receiver.</summary>
public sealed class DashboardReadTests
{
    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task The_request_is_shown_byte_for_byte_as_it_was_sent(DatabaseProvider provider)
    {
        await using var host = await TestHost.StartAsync(provider);
        using var user = await ApiUser.SignUpAsync(host.Url);
        using var receiver = new RawReceiver();
        var id = await user.ScheduleSoonAsync(
            receiver.Url, 1000, """{"a": 1.0,"ü":"\u00e9 é 😀","a":2}""", title: "\"quoted\" ✓");

        var (lines, body) = await receiver.ReceiveAsync(TestContext.Current.CancellationToken);
        await user.JobWhenAsync(id, "SUCCESS");

        var request = (await ViewAsync(host, user, id)).LastRequest!;
        Assert.Equal("POST /hook?x=1 HTTP/1.1", lines[0]);
        Assert.Equal(lines[1..], request.Headers.Select(h => $"{h.Name}: {h.Value}"));
        Assert.Equal(body, request.Body);
        Assert.Equal((1, true), (request.Attempt, request.SignaturesKnown));

        // Rotated later: which secret signed is no longer there to tell.
        await user.SendAsync(HttpMethod.Post, $"projects/{user.ProjectId}/signing-secret/rotate");
        var after = (await ViewAsync(host, user, id)).LastRequest!;
        Assert.False(after.SignaturesKnown);
        Assert.Equal(request.Headers.Where(h => !h.IsSignature), after.Headers);
        Assert.Equal(body, after.Body);

        // Sent after the rotation: both secrets sign, and both are known.
        var next = await user.ScheduleSoonAsync(receiver.Url, 1000);
        var (twice, _) = await receiver.ReceiveAsync(TestContext.Current.CancellationToken);
        await user.JobWhenAsync(next, "SUCCESS");
        var shown = (await ViewAsync(host, user, next)).LastRequest!;
        Assert.Equal(twice[1..], shown.Headers.Select(h => $"{h.Name}: {h.Value}"));
        Assert.Equal(3, shown.Headers.Single(h => h.Name == "x-dispatch-signature").Value.Split(',').Length);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task The_overview_shows_what_was_sent_and_what_is_due(DatabaseProvider provider)
    {
        await using var host = await TestHost.StartAsync(provider, "--Delivery:MaxAttempts=1");
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (arrival, context) =>
        {
            context.Response.StatusCode = arrival.Path == "/bad" ? 500 : 200;
            return Task.CompletedTask;
        };
        using var user = await ApiUser.SignUpAsync(host.Url);
        var accountId = (await user.DataAsync(HttpMethod.Get, "auth/me")).GetProperty("id").GetGuid();
        var overview = host.Service<OverviewQueries>();
        var empty = (await overview.ReadAsync(accountId, TestContext.Current.CancellationToken)).ToDto();
        Assert.Equal((0, null, null, true), (empty.Fired, empty.SuccessRate, empty.LatenessP50Ms, empty.GettingStarted.HasKey));
        Assert.Equal(user.ProjectId, empty.GettingStarted.Project!.Id.ToString());
        Assert.Null(empty.GettingStarted.NewestJob);

        for (var i = 0; i < 3; i++)
            await user.JobWhenAsync(
                await user.ScheduleSoonAsync($"{receiver.Url}/good", 500), "SUCCESS");
        var bad = await user.ScheduleSoonAsync($"{receiver.Url}/bad", 500);
        await user.JobWhenAsync(bad, "DEAD");
        var ahead = await user.ScheduleAsync($"{receiver.Url}/good", DateTimeOffset.UtcNow.AddMinutes(30));
        await user.ScheduleAsync($"{receiver.Url}/good", DateTimeOffset.UtcNow.AddMinutes(90));

        var full = (await overview.ReadAsync(accountId, TestContext.Current.CancellationToken)).ToDto();
        Assert.Equal((4, 0.75, 0, 1), (full.Fired, full.SuccessRate, full.FailedNow, full.Dead));
        Assert.NotNull(full.LatenessP99Ms);
        Assert.Equal((24, 60), (full.Hours.Count, full.NextHour.Count));
        Assert.Equal((3, 1), (full.Hours.Sum(h => h.Succeeded), full.Hours.Sum(h => h.Failed)));
        Assert.Equal(1, full.NextHour.Sum(m => m.Due));
        Assert.InRange(full.NextHour.ToList().FindIndex(m => m.Due == 1), 29, 31);
        Assert.Equal(bad, Assert.Single(full.LatestFailures).Id);
        Assert.True(full.GettingStarted.HasFired);

        var card = Assert.Single(
            (await host.Service<ProjectCardQueries>().ListAsync(accountId, TestContext.Current.CancellationToken)).ToDto().Projects);
        Assert.Equal((1, 2L, 3L, 1L), (card.Keys, card.Counts.Scheduled, card.Counts.Success, card.Counts.Dead));
        var view = await user.DataAsync(HttpMethod.Get, $"dashboard/jobs/{ahead}");
        Assert.Equal(1, view.GetProperty("maxAttempts").GetInt32());
        Assert.Equal(JsonValueKind.Null, view.GetProperty("lastRequest").ValueKind);
    }

    private static async Task<(Job Job, JobHistory History, RequestAsSent? LastRequest)> ViewAsync(TestHost host, ApiUser user, Guid jobId)
    {
        var accountId = (await user.DataAsync(HttpMethod.Get, "auth/me")).GetProperty("id").GetGuid();
        return (await host.Service<JobViewQueries>()
            .FindAsync(new JobScope(accountId, null), jobId, TestContext.Current.CancellationToken))!.Value;
    }
}
