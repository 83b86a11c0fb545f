using System.Threading.Channels;
using Dispatch.Live;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;

namespace Dispatch.Tests.Live;

/// <summary>What pages hear of: every transition after its commit, nothing of others, and never more than they can use.</summary>
public sealed class JobFeedTests
{
    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Every_transition_is_told_in_order_and_once(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var heard = Listen(rig, rig.AccountId);

        var job = await rig.InsertAsync(rig.Now);
        var first = (await rig.ClaimAsync(job.Id))!;
        await rig.RecordAsync(first, Transition.Retry, retryAt: rig.Now + 1000);
        // Doubled alarms.
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => rig.RearmAsync(job.Id)));
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await rig.RecordAsync((await rig.ClaimAsync(job.Id))!, Transition.Deliver);
        var other = await rig.InsertAsync(rig.Now + 60_000);
        await rig.Store.CancelAsync(other.Id, rig.ProjectId);
        await rig.Store.CancelAsync(other.Id, rig.ProjectId);   // refused: not told

        JobStatus[] life =
        [
            JobStatus.Scheduled, JobStatus.Firing, JobStatus.Failed, JobStatus.Scheduled, JobStatus.Firing, JobStatus.Success
        ];
        foreach (var status in life) Assert.Equal((job.Id, status), await NextAsync(heard));
        Assert.Equal((other.Id, JobStatus.Scheduled), await NextAsync(heard));
        Assert.Equal((other.Id, JobStatus.Cancelled), await NextAsync(heard));
        await EndAsync(rig, heard);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_lost_claim_in_a_batch_tells_nothing_twice(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var claims = new List<ClaimedJob>();
        for (var i = 0; i < 20; i++) claims.Add((await rig.ClaimAsync((await rig.InsertAsync(rig.Now)).Id))!);
        var heard = Listen(rig, rig.AccountId);

        await Task.WhenAll(claims.Select((claim, i) => rig.RecordAsync(i == 7 ? StoreRig.AtAttempt(claim, 9) : claim, Transition.Deliver)));

        var told = new List<Guid?>();
        for (var i = 0; i < 19; i++) told.Add((await NextAsync(heard)).JobId);
        Assert.Equal(claims.Where((_, i) => i != 7).Select(c => (Guid?)c.Id).Order(), told.Order());
        await EndAsync(rig, heard);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task An_attempt_cut_off_by_a_crash_is_told(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var job = await rig.InsertAsync(rig.Now);
        await rig.ClaimAsync(job.Id);
        await rig.StartHostAsync();
        var heard = Listen(rig, rig.AccountId);

        await rig.RecoverAsync();

        Assert.Equal((job.Id, JobStatus.Scheduled), await NextAsync(heard));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Only_the_owner_hears_and_only_until_the_end(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var stranger = Listen(rig, Guid.CreateVersion7());
        var left = Channel.CreateUnbounded<FeedChange>();
        rig.Feed.Subscribe(rig.AccountId, change => left.Writer.TryWrite(change)).Dispose();
        var owner = Listen(rig, rig.AccountId);

        await rig.InsertAsync(rig.Now);
        await owner.ReadAsync(TestContext.Current.CancellationToken);

        Assert.False(stranger.TryRead(out _));
        Assert.False(left.Reader.TryRead(out _));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_crowd_of_changes_is_told_as_one(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var heard = Listen(rig, rig.AccountId);
        var crowd = new JobChanges(isWatched: true);
        for (var i = 0; i <= JobFeed.MaxChanges; i++) crowd.Moved(rig.ProjectId, Guid.CreateVersion7(), Transition.Claim, rig.Now);

        rig.Feed.Publish(crowd);

        Assert.Equal(FeedKind.Invalidate, (await heard.ReadAsync(TestContext.Current.CancellationToken)).Kind);
        await EndAsync(rig, heard);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_listener_that_falls_behind_is_told_to_look_again(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        using var go = new ManualResetEventSlim();
        var heard = Channel.CreateUnbounded<FeedChange>();
        rig.Feed.Subscribe(rig.AccountId, change =>
        {
            go.Wait(TestContext.Current.CancellationToken);
            heard.Writer.TryWrite(change);
        });

        for (var i = 0; i < JobFeed.MaxPending * 3; i++) PublishInbox(rig, i);
        go.Set();

        while ((await heard.Reader.ReadAsync(TestContext.Current.CancellationToken)).Kind != FeedKind.Invalidate)
        {
        }

        await EndAsync(rig, heard.Reader, JobFeed.MaxPending + 3);   // a third of what was sent, and the calls under way
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Who_comes_while_a_transaction_runs_is_told_to_look_again(DatabaseProvider provider)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var begun = new JobChanges(rig.Feed.IsWatched);
        var heard = Listen(rig, rig.AccountId);
        begun.Moved(rig.ProjectId, Guid.CreateVersion7(), Transition.Claim, rig.Now);

        rig.Feed.Publish(begun);

        Assert.Equal(FeedKind.Invalidate, (await heard.ReadAsync(TestContext.Current.CancellationToken)).Kind);
    }

    [Fact]
    public async Task Projects_and_their_keys_are_told()
    {
        await using var host = await TestHost.StartAsync();
        using var user = await ApiUser.SignUpAsync(host.Url);
        var accountId = (await user.DataAsync(HttpMethod.Get, "auth/me")).GetProperty("id").GetGuid();
        var heard = Channel.CreateUnbounded<FeedChange>();
        using var listening = host.Service<JobFeed>().Subscribe(accountId, change => heard.Writer.TryWrite(change));

        await user.SendAsync(HttpMethod.Patch, $"projects/{user.ProjectId}", new { name = "renamed" });
        await user.SendAsync(HttpMethod.Delete, $"projects/{user.ProjectId}/keys/{user.KeyId}");
        await user.SendAsync(HttpMethod.Post, $"projects/{user.ProjectId}/keys", new { label = "new" });
        await user.SendAsync(HttpMethod.Delete, $"projects/{user.ProjectId}");
        var created = (await user.DataAsync(HttpMethod.Post, "projects", new { name = "next" })).GetProperty("id").GetGuid();

        Guid[] expected = [.. Enumerable.Repeat(Guid.Parse(user.ProjectId), 4), created];
        foreach (var projectId in expected)
        {
            var change = await heard.Reader.ReadAsync(TestContext.Current.CancellationToken);
            Assert.Equal((FeedKind.Project, projectId), (change.Kind, change.ProjectId));
        }
    }

    private static ChannelReader<FeedChange> Listen(StoreRig rig, Guid accountId)
    {
        var heard = Channel.CreateUnbounded<FeedChange>();
        rig.Feed.Subscribe(accountId, change => heard.Writer.TryWrite(change));
        return heard.Reader;
    }

    private static async Task<(Guid? JobId, JobStatus? Status)> NextAsync(ChannelReader<FeedChange> heard)
    {
        var change = await heard.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(FeedKind.Job, change.Kind);
        return (change.JobId, change.Status);
    }

    private static void PublishInbox(StoreRig rig, long at)
    {
        var changes = new JobChanges(isWatched: true);
        changes.InboxChanged(rig.ProjectId, at);
        rig.Feed.Publish(changes);
    }

    /// <summary>Nothing but the mark this sends follows, or at most so many others.</summary>
    private static async Task EndAsync(StoreRig rig, ChannelReader<FeedChange> heard, int others = 0)
    {
        await Task.Delay(50, TestContext.Current.CancellationToken);
        PublishInbox(rig, -1);
        while ((await heard.ReadAsync(TestContext.Current.CancellationToken)).At != -1) Assert.True(--others >= 0);
    }
}
