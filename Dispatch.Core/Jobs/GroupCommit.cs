using System.Threading.Channels;
using Dispatch.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Jobs;

/// <summary>
/// The one writer of jobs. A commit costs an fsync (226 to 624 a second on the machines we measured), so whatever arrived while the last
/// transaction was on its way to the disk shares the next one. Callers go on when their transaction is durable.
/// </summary>
internal sealed class GroupCommit(IDbContextFactory<DispatchDbContext> contexts, JobBatch batch, JobFeed feed, ILogger<GroupCommit> log) : IHostedService
{
    /// <summary>Writes in one transaction: enough to hide the fsync, few enough that a claim never waits long behind inserts.</summary>
    private const int MaxBatch = 1000;

    private readonly Channel<StoreWrite> writes = Channel.CreateUnbounded<StoreWrite>(new UnboundedChannelOptions { SingleReader = true });
    private Thread? writer;

    public Task<TResult> WriteAsync<TResult>(StoreWrite<TResult> write)
    {
        if (!writes.Writer.TryWrite(write))
        {
            throw new StoreUnavailableException("This host is stopping.", new ObjectDisposedException(nameof(GroupCommit)));
        }

        return write.Done;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own: SQLite's calls block, and the pool belongs to requests and deliveries.
        writer = new Thread(Run) { Name = "Dispatch:GroupCommit", IsBackground = true };
        writer.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        writes.Writer.TryComplete();
        return Task.Run(() => writer?.Join(), CancellationToken.None);   // what was handed in is stored
    }

    private void Run()
    {
        var taken = new List<StoreWrite>(MaxBatch);
        while (writes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (taken.Count < MaxBatch && writes.Reader.TryRead(out var write)) taken.Add(write);
            CommitAsync(taken).GetAwaiter().GetResult();
            taken.Clear();
        }
    }

    private async Task CommitAsync(List<StoreWrite> taken)
    {
        var changes = new JobChanges(feed.IsWatched);
        try
        {
            await using var db = await contexts.CreateDbContextAsync();
            await using var transaction = await db.Database.BeginTransactionAsync();
            await batch.ApplyAsync(db, taken, changes);
            await transaction.CommitAsync();
        }
        catch (Exception exception) when (Faults.IsUnavailable(exception))
        {
            Log.StoreUnavailable(log, taken.Count, exception);
            var unavailable = new StoreUnavailableException("The database does not take writes at the moment.", exception);
            foreach (var write in taken) write.Fail(unavailable);
            return;
        }
        catch (Exception exception) when (taken.Count > 1)
        {
            // One write spoils the transaction for its neighbours: find it by carrying each out alone.
            Log.BatchSplit(log, taken.Count, exception);
            foreach (var write in taken.ToArray()) await CommitAsync([write]);
            return;
        }
        catch (Exception exception)
        {
            Log.WriteFailed(log, taken[0].GetType().Name, exception);
            taken[0].Fail(exception);
            return;
        }

        foreach (var write in taken) write.Complete();
        feed.Announce(changes);
    }
}
