using System.Diagnostics;
using System.Threading.Channels;
using Dispatch.Live;
using Dispatch.Writing;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Infrastructure;

/// <summary>Listens to one account's feed on one host, as a page does.</summary>
internal sealed class Ear : IDisposable
{
    private readonly Channel<FeedChange> heard = Channel.CreateUnbounded<FeedChange>();
    private readonly IDisposable subscription;

    private Ear(JobFeed feed, Guid accountId) => subscription = feed.Subscribe(accountId, change => heard.Writer.TryWrite(change));

    public static async Task<Ear> OpenAsync(TestHost host, ApiUser user) =>
        await OpenAsync(host.App.Services, (await user.DataAsync(HttpMethod.Get, "auth/me")).GetProperty("id").GetGuid());

    /// <summary>
    /// Listens, and waits for the first look of the host at the account, which says "look again" in any case;
    /// who shares no database does not look.
    /// </summary>
    public static async Task<Ear> OpenAsync(IServiceProvider host, Guid accountId)
    {
        var ear = new Ear(host.GetRequiredService<JobFeed>(), accountId);
        if (host.GetService<ChangePoller>() is not null)
            Assert.Equal(FeedKind.Invalidate, (await ear.NextAsync(TimeSpan.FromSeconds(3))).Kind);
        return ear;
    }

    /// <summary>What is heard next.</summary>
    public async Task<FeedChange> NextAsync(TimeSpan limit)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            return await heard.Reader.ReadAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Nothing was heard within {limit}.");
        }
    }

    /// <summary>How long it took until something of that kind was heard.</summary>
    public async Task<TimeSpan> WaitForAsync(FeedKind kind, TimeSpan limit)
    {
        var waited = Stopwatch.StartNew();
        while ((await NextAsync(limit - waited.Elapsed)).Kind != kind)
        {
        }

        return waited.Elapsed;
    }

    /// <summary>Everything that was heard and not looked at.</summary>
    public IReadOnlyList<FeedChange> TakeAll()
    {
        var all = new List<FeedChange>();
        while (heard.Reader.TryRead(out var change)) all.Add(change);
        return all;
    }

    public void Dispose() => subscription.Dispose();
}
