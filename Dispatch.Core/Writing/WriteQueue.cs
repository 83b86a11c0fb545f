using System.Diagnostics;
using System.Threading.Channels;
using Dispatch.Data;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Writing;

/// <summary>
/// The one writer of jobs. A commit costs an fsync (226 to 624 a second on the machines we measured), so whatever arrived while the last
/// transaction was on its way to the disk shares the next one. Callers go on when their transaction is durable.
/// </summary>
/// <remarks>
/// What it costs is the transaction rather than what is in it, so a batch waits for company where it can (<see cref="Gather"/>). On a database server, where each
/// statement is a journey and the server is what several hosts share, a few callers wait with it; in SQLite only what the engine itself has to write.
/// </remarks>
internal sealed class WriteQueue(IDbContextFactory<DispatchDbContext> contexts, WriteBatch batch, WriteQueueEvents events, TimeProvider clock, ILogger<WriteQueue> log) : IHostedService
{
    /// <summary>Writes in one transaction: enough to hide the fsync, few enough that a claim never waits long behind inserts.</summary>
    private const int MaxBatch = 1000;

    /// <summary>How often one batch is carried out again because another transaction was in its way.</summary>
    private const int MaxConflicts = 5;

    /// <summary>How often it is looked whether more has come. ms.</summary>
    private const int Look = 2;

    /// <summary>A gap between two arrivals so many times the usual one is a lull: by chance it comes once in four hundred times.</summary>
    private const int Lull = 6;

    /// <summary>A claim is on its way at least so long before its job is due. ms.</summary>
    private const double LeastCommitTime = 20;

    /// <summary>So many times what transactions take at the moment is what the next one may take.</summary>
    private const double Room = 2;

    /// <summary>What a claim waits for beside transactions: its turns on the processor. ms.</summary>
    private const double Spare = 50;

    private readonly Channel<WriteRequest> writes = Channel.CreateUnbounded<WriteRequest>(new UnboundedChannelOptions { SingleReader = true });
    private Thread? writer;
    private TimeSpan gathering;
    private int enoughCallers;
    private long takenAt;
    private long committedAt;
    private double commitTime = LeastCommitTime;
    private int waiting;
    private int awaited;
    private long earliest = long.MaxValue;

    /// <summary>How long before its due time a job is claimed at the moment, for the claim to be durable by then: earlier than usual where transactions take long.</summary>
    public TimeSpan ClaimLead => TimeSpan.FromMilliseconds(
        Math.Clamp(Volatile.Read(ref commitTime) + Spare, Timing.ClaimLead.TotalMilliseconds, Timing.LongestClaimLead.TotalMilliseconds));

    public Task<TResult> WriteAsync<TResult>(WriteRequest<TResult> write)
    {
        Interlocked.Increment(ref waiting);
        if (write.IsAwaited) Interlocked.Increment(ref awaited);
        if (write.Before is { } before && before < Volatile.Read(ref earliest)) Volatile.Write(ref earliest, before);   // of two at once one may be missed, and wait a little longer
        if (!writes.Writer.TryWrite(write))
        {
            throw new StoreUnavailableException("This host is stopping.", new ObjectDisposedException(nameof(WriteQueue)));
        }

        return write.Done;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        using (var db = contexts.CreateDbContext()) (gathering, enoughCallers) = (db.Provider.Gathering(), db.Provider.EnoughCallers());
        // A thread of its own: SQLite's calls block, and the pool belongs to requests and deliveries.
        writer = new Thread(Run) { Name = "Dispatch:WriteQueue", IsBackground = true };
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
        var taken = new List<WriteRequest>(MaxBatch);
        while (writes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            Gather();
            Volatile.Write(ref earliest, long.MaxValue);
            takenAt = Stopwatch.GetTimestamp();
            while (taken.Count < MaxBatch && writes.Reader.TryRead(out var write)) taken.Add(write);
            Interlocked.Add(ref waiting, -taken.Count);
            Interlocked.Add(ref awaited, -taken.Count(write => write.IsAwaited));
            CommitAsync(taken).GetAwaiter().GetResult();
            taken.Clear();
            committedAt = Stopwatch.GetTimestamp();
            Expect(Stopwatch.GetElapsedTime(takenAt, committedAt).TotalMilliseconds * Room);
        }
    }

    // At once where a transaction took longer, little by little where it took less: a claim that comes too late is worse than a batch that is too small.
    private void Expect(double time) => Volatile.Write(ref commitTime, Math.Max(LeastCommitTime, Math.Max(time, commitTime + ((time - commitTime) / 8))));

    /// <summary>
    /// Waits until the batch is worth its statements, for <see cref="gathering"/> at most. Not where it was quiet before, so a write on its own goes at once;
    /// not with <see cref="enoughCallers"/>; not once callers have stopped coming, for then all of them may be waiting; and not so long that a claim would be late.
    /// </summary>
    private void Gather()
    {
        var begun = Stopwatch.GetTimestamp();   // not the injected clock: a test's stands still, and this would wait for ever
        if (Stopwatch.GetElapsedTime(committedAt, begun) >= gathering) return;

        var (callers, cameAt) = (0, begun);
        for (var now = begun; Stopwatch.GetElapsedTime(begun, now) < gathering; now = Stopwatch.GetTimestamp())
        {
            if (Volatile.Read(ref waiting) >= MaxBatch || Volatile.Read(ref earliest) - clock.NowMs() <= commitTime) return;
            if (Volatile.Read(ref awaited) >= enoughCallers) return;
            if (Volatile.Read(ref awaited) is var all && all != callers) (callers, cameAt) = (all, now);
            else if (callers > 0 && Stopwatch.GetElapsedTime(cameAt, now) > Max(Stopwatch.GetElapsedTime(takenAt, cameAt) / callers * Lull, TimeSpan.FromMilliseconds(Look))) return;
            Thread.Sleep(Look);
        }

        static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
    }

    private async Task CommitAsync(List<WriteRequest> taken, int conflicts = 0)
    {
        var changes = new JobChanges(events.IsWatched());
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
        events.Committed(changes);
    }
}
