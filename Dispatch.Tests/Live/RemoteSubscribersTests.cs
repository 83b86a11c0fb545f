using Dispatch.Data;
using Dispatch.Live;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Live;

/// <summary>Other hosts are told what their pages listen to, and only that; what waits to be told does not grow.</summary>
public sealed class RemoteSubscribersTests : IDbContextFactory<DispatchDbContext>, IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly JobFeed feed;
    private readonly Guid host = Guid.CreateVersion7();
    private readonly Guid account = Guid.CreateVersion7();
    private readonly Guid project = Guid.CreateVersion7();

    public RemoteSubscribersTests() => feed = new JobFeed(this, clock, NullLogger<JobFeed>.Instance);

    [Fact]
    public void A_host_is_believed_until_it_says_otherwise_or_nothing_for_ten_seconds()
    {
        Assert.False(feed.IsWatched);
        feed.Remote.Set(host, [account]);
        Assert.True(feed.IsWatched && feed.Remote.Wants(account) && feed.Remote.Wants(AccountChanges.Everyone));
        Assert.False(feed.Remote.Wants(Guid.CreateVersion7()));

        feed.Remote.Set(Guid.CreateVersion7(), [Guid.CreateVersion7()]);
        feed.Remote.Set(host, []);
        Assert.False(feed.Remote.Wants(account));
        Assert.True(feed.IsWatched);   // by the other one
        feed.Remote.Set(host, [AccountChanges.Everyone]);
        Assert.True(feed.Remote.Wants(account));
        clock.Advance(RemoteSubscribers.Lifetime);
        Assert.True(feed.Remote.Wants(account));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(feed.IsWatched || feed.Remote.Wants(account));
    }

    [Fact]
    public async Task Only_what_somebody_waits_for_is_told()
    {
        var buffer = new RelayBuffer(Guid.CreateVersion7(), feed, clock);
        feed.ForwardTo(buffer.Add);
        feed.Remote.Set(host, [account]);

        Publish(Guid.CreateVersion7(), Guid.CreateVersion7());
        Publish(account, project);

        var told = Assert.IsType<ChangesMessage>(Assert.Single(await buffer.TakeAsync(TestContext.Current.CancellationToken)));
        Assert.Equal((account, project), (Assert.Single(told.ByAccount).AccountId, Assert.Single(told.ByAccount[0].Changes).ProjectId));
    }

    [Fact]
    public async Task What_gathers_is_told_together_and_a_crowd_as_one()
    {
        var buffer = new RelayBuffer(host, feed, clock);
        var other = Guid.CreateVersion7();
        for (var i = 0; i < 3 * JobFeed.MaxChanges; i++)
            buffer.Add([new AccountChanges(account, [new FeedChange(FeedKind.Inbox, project, null, null, i)])]);
        buffer.Add([new AccountChanges(other, [new FeedChange(FeedKind.Inbox, project, null, null, 1)])]);
        buffer.AddSessionsEnded();
        buffer.AddWatching();   // nobody listens, which needs no words

        var messages = await buffer.TakeAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, messages.Count);
        Assert.Single(messages.OfType<SessionsEndedMessage>());
        var told = messages.OfType<ChangesMessage>().Single().ByAccount.ToDictionary(its => its.AccountId, its => its.Changes);
        Assert.Equal(FeedKind.Invalidate, told[account][0].Kind);
        Assert.InRange(told[account].Count, 1, JobFeed.MaxChanges);
        Assert.Single(told[other]);

        buffer.Add([new AccountChanges(other, [new FeedChange(FeedKind.Inbox, project, null, null, 1)])]);
        buffer.Reset();
        Assert.Equal(
            AccountChanges.Everyone,
            Assert.Single(
                    Assert.IsType<ChangesMessage>(Assert.Single(await buffer.TakeAsync(TestContext.Current.CancellationToken))).ByAccount)
                .AccountId);
    }

    [Fact]
    public async Task A_host_says_what_its_pages_listen_to_and_once_that_it_is_nothing_more()
    {
        var buffer = new RelayBuffer(host, feed, clock);
        feed.Watched += buffer.AddWatching;
        var listening = feed.Subscribe(account, _ => { });
        Assert.Equal(
            account,
            Assert.Single(Assert.IsType<WatchingMessage>(Assert.Single(await buffer.TakeAsync(TestContext.Current.CancellationToken)))
                .Accounts));

        listening.Dispose();
        buffer.AddWatching();
        Assert.Empty(Assert.IsType<WatchingMessage>(Assert.Single(await buffer.TakeAsync(TestContext.Current.CancellationToken))).Accounts);
        buffer.AddWatching();
        Assert.Empty(await buffer.TakeAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => feed.Dispose();

    DispatchDbContext IDbContextFactory<DispatchDbContext>.CreateDbContext() => throw new NotSupportedException("The accounts are known.");

    private void Publish(Guid accountId, Guid projectId)
    {
        var changes = new JobChanges(feed.IsWatched);
        changes.ProjectChanged(accountId, projectId, 1);
        feed.Publish(changes);
    }
}
