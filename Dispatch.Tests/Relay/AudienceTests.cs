using Dispatch.Data;
using Dispatch.Jobs;
using Dispatch.Relay;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Relay;

/// <summary>Other hosts are told what their pages listen to, and only that; what waits to be told does not grow.</summary>
public sealed class AudienceTests : IDbContextFactory<DispatchDbContext>, IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly JobFeed feed;
    private readonly Guid host = Guid.CreateVersion7();
    private readonly Guid account = Guid.CreateVersion7();
    private readonly Guid project = Guid.CreateVersion7();

    public AudienceTests() => feed = new JobFeed(this, clock, NullLogger<JobFeed>.Instance);

    [Fact]
    public void A_host_is_believed_until_it_says_otherwise_or_nothing_for_ten_seconds()
    {
        Assert.False(feed.IsWatched);
        feed.Elsewhere.Says(host, [account]);
        Assert.True(feed.IsWatched && feed.Elsewhere.Wants(account) && feed.Elsewhere.Wants(AccountNews.Everyone));
        Assert.False(feed.Elsewhere.Wants(Guid.CreateVersion7()));

        feed.Elsewhere.Says(Guid.CreateVersion7(), [Guid.CreateVersion7()]);
        feed.Elsewhere.Says(host, []);
        Assert.False(feed.Elsewhere.Wants(account));
        Assert.True(feed.IsWatched);   // by the other one
        feed.Elsewhere.Says(host, [AccountNews.Everyone]);
        Assert.True(feed.Elsewhere.Wants(account));
        clock.Advance(Audience.Trust);
        Assert.True(feed.Elsewhere.Wants(account));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(feed.IsWatched || feed.Elsewhere.Wants(account));
    }

    [Fact]
    public async Task Only_what_somebody_waits_for_is_told()
    {
        var outbox = new Outbox(Guid.CreateVersion7(), feed, clock);
        feed.TellOthers(outbox.Add);
        feed.Elsewhere.Says(host, [account]);

        Announce(Guid.CreateVersion7(), Guid.CreateVersion7());
        Announce(account, project);

        var news = Assert.IsType<NewsMessage>(Assert.Single(await outbox.TakeAsync(TestContext.Current.CancellationToken)));
        Assert.Equal((account, project), (Assert.Single(news.News).AccountId, Assert.Single(news.News[0].Changes).ProjectId));
    }

    [Fact]
    public async Task What_gathers_is_told_together_and_a_crowd_as_one()
    {
        var outbox = new Outbox(host, feed, clock);
        var other = Guid.CreateVersion7();
        for (var i = 0; i < 3 * JobFeed.Crowd; i++) outbox.Add([new AccountNews(account, [new FeedChange(FeedKind.Inbox, project, null, null, i)])]);
        outbox.Add([new AccountNews(other, [new FeedChange(FeedKind.Inbox, project, null, null, 1)])]);
        outbox.AddSessionsEnded();
        outbox.AddWatching();   // nobody listens, which needs no words

        var messages = await outbox.TakeAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, messages.Count);
        Assert.Single(messages.OfType<SessionsEndedMessage>());
        var news = messages.OfType<NewsMessage>().Single().News.ToDictionary(its => its.AccountId, its => its.Changes);
        Assert.Equal(FeedKind.LookAgain, news[account][0].Kind);
        Assert.InRange(news[account].Count, 1, JobFeed.Crowd);
        Assert.Single(news[other]);

        outbox.Add([new AccountNews(other, [new FeedChange(FeedKind.Inbox, project, null, null, 1)])]);
        outbox.StartOver();
        Assert.Equal(AccountNews.Everyone, Assert.Single(Assert.IsType<NewsMessage>(Assert.Single(await outbox.TakeAsync(TestContext.Current.CancellationToken))).News).AccountId);
    }

    [Fact]
    public async Task A_host_says_what_its_pages_listen_to_and_once_that_it_is_nothing_more()
    {
        var outbox = new Outbox(host, feed, clock);
        feed.Watched += outbox.AddWatching;
        var listening = feed.Subscribe(account, _ => { });
        Assert.Equal(account, Assert.Single(Assert.IsType<WatchingMessage>(Assert.Single(await outbox.TakeAsync(TestContext.Current.CancellationToken))).Accounts));

        listening.Dispose();
        outbox.AddWatching();
        Assert.Empty(Assert.IsType<WatchingMessage>(Assert.Single(await outbox.TakeAsync(TestContext.Current.CancellationToken))).Accounts);
        outbox.AddWatching();
        Assert.Empty(await outbox.TakeAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => feed.Dispose();

    public DispatchDbContext CreateDbContext() => throw new NotSupportedException("The accounts are known.");

    private void Announce(Guid accountId, Guid projectId)
    {
        var changes = new JobChanges(feed.IsWatched);
        changes.ProjectChanged(accountId, projectId, 1);
        feed.Announce(changes);
    }
}
