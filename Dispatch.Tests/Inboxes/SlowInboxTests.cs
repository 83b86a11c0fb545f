using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Inboxes;

/// <summary>An inbox that answers after its longest delay, with more jobs than a destination has places.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class SlowInboxTests
{
    private const int SlowJobs = 1_200;
    private const int OtherJobs = 50;

    /// <summary>Without a destination of its own, the slow inbox would hold the others' places for half a minute.</summary>
    private const int MaxLatenessMs = 1_000;

    [Fact]
    public async Task The_inboxes_of_the_same_account_and_of_another_one_get_their_deliveries_on_time()
    {
        await using var host = await TestHost.StartAsync();
        using var slow = await InboxUser.SignUpAsync(host.Url);
        using var other = await InboxUser.SignUpAsync(host.Url);
        using var second = await slow.AddProjectAsync(host.Url);
        await slow.AnswerWithAsync(200, delayMs: 60_000);

        var at = DateTimeOffset.UtcNow.AddSeconds(15);
        await Task.WhenAll(Enumerable.Range(0, SlowJobs).Select(_ => slow.Api.ScheduleAsync(slow.Url, at)));
        Assert.True(DateTimeOffset.UtcNow < at, "The machine was too slow to schedule the jobs in time.");
        var theirs = at.AddSeconds(2);   // the slow ones hold all that they get by then
        var own = await Task.WhenAll(Enumerable.Range(0, OtherJobs).Select(_ => second.Api.ScheduleAsync(second.Url, theirs)));
        var others = await Task.WhenAll(Enumerable.Range(0, OtherJobs).Select(_ => other.Api.ScheduleAsync(other.Url, theirs)));

        foreach (var (api, id) in own.Select(id => (second.Api, id)).Concat(others.Select(id => (other.Api, id))))
        {
            var log = Assert.Single((await api.JobWhenAsync(id, "SUCCESS")).GetProperty("logs").EnumerateArray());
            Assert.InRange(log.GetProperty("latenessMs").GetInt64(), 0, MaxLatenessMs);
        }
    }
}
