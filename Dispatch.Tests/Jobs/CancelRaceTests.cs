using System.Net;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;

namespace Dispatch.Tests.Jobs;

public sealed class CancelRaceTests
{
    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    /// <summary>Scenario 6 of reliability.md.</summary>
    [Theory, MemberData(nameof(Providers))]
    public async Task Cancel_racing_fire_has_exactly_one_winner_in_2000_pairs(DatabaseProvider provider)
    {
        const int pairs = 2000;
        await using var host = await TestHost.StartAsync(provider);
        await using var receiver = await Receiver.StartAsync();
        using var user = await ApiUser.SignUpAsync(host.Url);
        var random = new Random(20261123);
        var start = DateTimeOffset.UtcNow.AddSeconds(8);
        var jobs = new (Guid Id, DateTimeOffset FireAt, int CancelAfterMs)[pairs];
        await Parallel.ForAsync(0, pairs, new ParallelOptions
        {
            MaxDegreeOfParallelism = 32,
            CancellationToken = TestContext.Current.CancellationToken
        }, async (i, _) =>
        {
            var fireAt = DateTimeOffset.FromUnixTimeMilliseconds(start.AddMilliseconds(i * 4).ToUnixTimeMilliseconds());
            jobs[i] = (await user.ScheduleAsync(receiver.Url, fireAt), fireAt, 0);
        });
        for (var i = 0; i < pairs; i++) jobs[i].CancelAfterMs = random.Next(-150, 151);

        var answers = await Task.WhenAll(jobs.Select(async job =>
        {
            await TimeProvider.System.WaitUntilAsync(
                job.FireAt.ToUnixTimeMilliseconds() + job.CancelAfterMs, TestContext.Current.CancellationToken);
            return (job.Id, Answer: await user.CancelAsync(job.Id));
        }));

        var cancelled = answers.Where(a => a.Answer.Status == HttpStatusCode.OK).Select(a => a.Id).ToHashSet();
        var refused = answers.Where(a => a.Answer.Status == HttpStatusCode.BadRequest).Select(a => a.Id).ToHashSet();
        Assert.Equal(pairs, cancelled.Count + refused.Count);
        await receiver.WaitForAsync(a => refused.Contains(a.JobId), refused.Count);
        foreach (var id in refused) await user.JobWhenAsync(id, "SUCCESS");
        Assert.DoesNotContain(receiver.Arrivals, a => cancelled.Contains(a.JobId));
        Assert.Equal(refused.Count, receiver.Arrivals.Count);
        Assert.True(
            cancelled.Count > 50 && refused.Count > 50,
            $"{cancelled.Count} cancelled, {refused.Count} refused: the race was not run");
    }
}
