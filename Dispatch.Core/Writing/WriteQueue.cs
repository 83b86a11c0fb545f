using System.Diagnostics;
using System.Threading.Channels;
using Dispatch.Data;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Writing;

/// <summary>
/// The one writer of jobs. A commit costs an fsync, so all writes that arrive during one transaction share the next. Callers continue when
/// their transaction is durable.
/// </summary>
/// <remarks>
/// A transaction costs more than its rows, so a batch waits for more writes (<see cref="WaitForMore"/>). On a database server each
/// statement is a round trip and several hosts share the server, so a few callers wait too; with SQLite only writes of the engine wait.
/// </remarks>
internal sealed class WriteQueue(
    IDbContextFactory<DispatchDbContext> contexts,
    WriteBatch batch,
    WriteQueueEvents events,
    TimeProvider clock,
    ILogger<WriteQueue> log) : IHostedService
{
    /// <summary>Writes in one transaction: enough to hide the fsync, few enough that a claim never waits long behind inserts.</summary>
    private const int MaxBatch = 1000;

    private const int MaxConflicts = 5;

    private const int PollMs = 2;

    /// <summary>A gap this many times the usual one means that callers stopped coming. By chance it occurs once in 400 gaps.</summary>
    private const int LullFactor = 6;

    private const double MinCommitMs = 20;

    /// <summary>The next transaction may take twice as long as the recent ones.</summary>
    private const double CommitFactor = 2;

    /// <summary>A claim also waits for the processor. ms.</summary>
    private const double SpareMs = 50;

    private readonly Channel<WriteRequest> writes =
        Channel.CreateUnbounded<WriteRequest>(new UnboundedChannelOptions { SingleReader = true });

    private Thread? writer;
    private TimeSpan maxDelay;
    private int minBatchCallers;
    private long takenAt;
    private long committedAt;
    private double commitMs = MinCommitMs;
    private int waiting;
    private int awaited;
    private long earliest = long.MaxValue;

    /// <summary>How long before its due time a job is claimed, to be durable by then. Grows if transactions are slow.</summary>
    public TimeSpan ClaimLead => TimeSpan.FromMilliseconds(
        Math.Clamp(Volatile.Read(ref commitMs) + SpareMs, Timing.ClaimLead.TotalMilliseconds, Timing.LongestClaimLead.TotalMilliseconds));

    public Task<TResult> WriteAsync<TResult>(WriteRequest<TResult> write)
    {
        Interlocked.Increment(ref waiting);
        if (write.IsAwaited) Interlocked.Increment(ref awaited);
        // Two concurrent calls may lose one deadline; that write waits a little longer.
        if (write.Before is { } before && before < Volatile.Read(ref earliest)) Volatile.Write(ref earliest, before);
        if (!writes.Writer.TryWrite(write))
        {
            throw new StoreUnavailableException("This host is stopping.", new ObjectDisposedException(nameof(WriteQueue)));
        }

        return write.Done;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        using (var db = contexts.CreateDbContext())
        {
            (maxDelay, minBatchCallers) = (db.Provider.MaxBatchDelay(), db.Provider.MinBatchCallers());
        }

        // Its own thread, because SQLite's calls block, and requests and deliveries need the pool.
        writer = new Thread(Run) { Name = "Dispatch:WriteQueue", IsBackground = true };
        writer.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        writes.Writer.TryComplete();
        return Task.Run(() => writer?.Join(), CancellationToken.None);   // accepted writes are stored
    }

    private void Run()
    {
        var taken = new List<WriteRequest>(MaxBatch);
        while (writes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            WaitForMore();
            Volatile.Write(ref earliest, long.MaxValue);
            takenAt = Stopwatch.GetTimestamp();
            while (taken.Count < MaxBatch && writes.Reader.TryRead(out var write)) taken.Add(write);
            Interlocked.Add(ref waiting, -taken.Count);
            Interlocked.Add(ref awaited, -taken.Count(write => write.IsAwaited));
            CommitAsync(taken).GetAwaiter().GetResult();
            taken.Clear();
            committedAt = Stopwatch.GetTimestamp();
            Expect(Stopwatch.GetElapsedTime(takenAt, committedAt).TotalMilliseconds * CommitFactor);
        }
    }

    // Rises at once and falls slowly, because a late claim is worse than a small batch.
    private void Expect(double ms) =>
        Volatile.Write(ref commitMs, Math.Max(MinCommitMs, Math.Max(ms, commitMs + ((ms - commitMs) / 8))));

    /// <summary>
    /// Waits for more writes, for <see cref="maxDelay"/> at most. It ends at once if the queue was idle before, so that a single write
    /// does not wait; and early if <see cref="minBatchCallers"/> wait, if callers stopped coming (all may be waiting), or if a claim would
    /// be late.
    /// </summary>
    private void WaitForMore()
    {
        var begun = Stopwatch.GetTimestamp();   // not the injected clock: it stands still in tests, and this would never end
        if (Stopwatch.GetElapsedTime(committedAt, begun) >= maxDelay) return;

        var (callers, cameAt) = (0, begun);
        for (var now = begun; Stopwatch.GetElapsedTime(begun, now) < maxDelay; now = Stopwatch.GetTimestamp())
        {
            if (Volatile.Read(ref waiting) >= MaxBatch || Volatile.Read(ref earliest) - clock.NowMs() <= commitMs) return;
            var waitingCallers = Volatile.Read(ref awaited);
            if (waitingCallers >= minBatchCallers) return;
            if (waitingCallers != callers) (callers, cameAt) = (waitingCallers, now);
            else if (callers > 0 && IsLull(callers, cameAt, now)) return;
            Thread.Sleep(PollMs);
        }
    }

    private bool IsLull(int callers, long cameAt, long now)
    {
        var usualGap = Stopwatch.GetElapsedTime(takenAt, cameAt) / callers;
        var gap = Stopwatch.GetElapsedTime(cameAt, now);
        return gap > usualGap * LullFactor && gap > TimeSpan.FromMilliseconds(PollMs);
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
            // One write makes the transaction of all fail. Executing each alone finds it.
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
