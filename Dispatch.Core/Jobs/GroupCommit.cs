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
/// <remarks>
/// On a database server each statement is a journey, and the server is what several hosts share: there a batch waits for company while more keeps coming,
/// for as long as <see cref="Providers.Gathering"/> says. A write on its own goes at once, and a claim is durable before its job is due.
/// </remarks>
internal sealed class GroupCommit(IDbContextFactory<DispatchDbContext> contexts, JobBatch batch, JobFeed feed, TimeProvider clock, ILogger<GroupCommit> log) : IHostedService
{
    /// <summary>Writes in one transaction: enough to hide the fsync, few enough that a claim never waits long behind inserts.</summary>
    private const int MaxBatch = 1000;

    /// <summary>How often one batch is carried out again because another transaction was in its way.</summary>
    private const int MaxConflicts = 5;

    /// <summary>Where nothing came for this long, nothing more is waited for. ms.</summary>
    private const int Lull = 4;

    /// <summary>What a transaction takes, with some room: a claim must be on its way so long before its job is due. ms.</summary>
    private const int CommitTime = 20;

    private readonly Channel<StoreWrite> writes = Channel.CreateUnbounded<StoreWrite>(new UnboundedChannelOptions { SingleReader = true });
    private Thread? writer;
    private TimeSpan gathering;
    private long committedAt;
    private int waiting;
    private long earliest = long.MaxValue;

    public Task<TResult> WriteAsync<TResult>(StoreWrite<TResult> write)
    {
        Interlocked.Increment(ref waiting);
        if (write.Before is { } before && before < Volatile.Read(ref earliest)) Volatile.Write(ref earliest, before);   // of two at once one may be missed: it is Lull late
        if (!writes.Writer.TryWrite(write))
        {
            throw new StoreUnavailableException("This host is stopping.", new ObjectDisposedException(nameof(GroupCommit)));
        }

        return write.Done;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        using (var db = contexts.CreateDbContext()) gathering = db.Provider.Gathering();
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
            Gather();
            Volatile.Write(ref earliest, long.MaxValue);
            while (taken.Count < MaxBatch && writes.Reader.TryRead(out var write)) taken.Add(write);
            Interlocked.Add(ref waiting, -taken.Count);
            CommitAsync(taken).GetAwaiter().GetResult();
            taken.Clear();
            committedAt = clock.GetTimestamp();
        }
    }

    private void Gather()
    {
        var begun = clock.GetTimestamp();
        if (clock.GetElapsedTime(committedAt, begun) >= gathering) return;   // it is quiet: nobody to wait for
        var seen = 0;
        while (clock.GetElapsedTime(begun) < gathering && Volatile.Read(ref waiting) is var now && now > seen && now < MaxBatch
            && Volatile.Read(ref earliest) - clock.NowMs() > CommitTime)
        {
            seen = now;
            Thread.Sleep(Lull);
        }
    }

    private async Task CommitAsync(List<StoreWrite> taken, int conflicts = 0)
    {
        var changes = new JobChanges(feed.IsWatched);
        try
        {
            await using var db = await contexts.CreateDbContextAsync();
            await using var transaction = await db.Database.BeginTransactionAsync();
            await batch.ApplyAsync(db, taken, changes);
            await transaction.CommitAsync();
        }
        catch (Exception exception) when (DatabaseFaults.IsConflict(exception) && conflicts < MaxConflicts)
        {
            Log.BatchConflict(log, taken.Count, exception);
            await CommitAsync(taken, conflicts + 1);
            return;
        }
        catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception))
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
