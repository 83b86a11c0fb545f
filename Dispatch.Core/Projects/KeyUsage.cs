using System.Collections.Concurrent;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Projects;

/// <summary>Gathers in memory when keys were last used and writes it once a minute, so that a request costs no write.</summary>
internal sealed partial class KeyUsage(
    WriteQueue queue,
    TimeProvider clock,
    ILogger<KeyUsage> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, long> unwritten = new();

    /// <param name="at">The time of use, ms since the Unix epoch.</param>
    public void Mark(Guid keyId, long at) => unwritten[keyId] = at;

    /// <summary>The later of the stored time and the unwritten one, ms since the Unix epoch; null: never used.</summary>
    public long? Latest(Guid keyId, long? stored) => unwritten.TryGetValue(keyId, out var at) && !(stored > at) ? at : stored;

    /// <summary>Writes all marks. A key that is used meanwhile keeps its newer mark for the next flush.</summary>
    public async Task FlushAsync()
    {
        var marks = unwritten.ToArray();
        if (marks.Length == 0) return;

        await queue.WriteAsync(new CustomWrite<bool>(async (db, _) =>
        {
            // In the order of the keys, because two hosts would otherwise wait for each other's locks.
            foreach (var (keyId, at) in marks.OrderBy(mark => mark.Key))
            {
                long? usedAt = at;
                await db.ApiKeys
                    .Where(k => k.Id == keyId && (k.LastUsedAt == null || k.LastUsedAt < usedAt))
                    .ExecuteUpdateAsync(set => set.SetProperty(k => k.LastUsedAt, usedAt));
            }

            return true;
        }));
        foreach (var mark in marks) unwritten.TryRemove(mark);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await TryFlushAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
        }
    }

    // An outage of the database must not end the service: the marks stay and are written next time.
    private async Task TryFlushAsync(CancellationToken cancellation)
    {
        try
        {
            await FlushAsync();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogNotWritten(logger, exception);
        }
    }

    [LoggerMessage(EventId = 310, Level = LogLevel.Warning, Message = "The keys' last use could not be written; trying again in a minute")]
    private static partial void LogNotWritten(ILogger logger, Exception exception);
}
