using System.Diagnostics;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Writing;

/// <summary>
/// The one way to write jobs and all that belongs to a project. Callers continue when their write is durable. A commit costs an fsync, so
/// all frequent writes that arrive during one transaction share the next; rare ones have transactions of their own
/// (<see cref="SingleWriter"/>).
/// </summary>
/// <remarks>
/// Writes of the engine are tried again until they are stored: an outcome that could not be stored would be sent again. A caller gets
/// <see cref="StoreUnavailableException"/> at once, or after <see cref="LockPatience"/> if only its row is locked.
/// </remarks>
internal sealed class WriteQueue : IHostedService, IDisposable
{
    /// <summary>How long a caller waits for a row that another transaction has locked.</summary>
    public static readonly TimeSpan LockPatience = TimeSpan.FromMilliseconds(500);

    /// <summary>A claim also waits for the processor.</summary>
    private static readonly TimeSpan SpareLead = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan FirstLockDelay = TimeSpan.FromMilliseconds(20);

    private const int TriesBeforeReport = 5;

    private readonly WriteBuffer buffer;
    private readonly BatchWriter batches;
    private readonly SingleWriter singles;
    private readonly WriteHealth health;
    private readonly WriteTurn turn = new();
    private readonly LastCall lastCall = new();
    private readonly IDbContextFactory<DispatchDbContext> contexts;
    private readonly ILogger<WriteQueue> log;
    private BatchPacing pacing;
    private Thread? writer;
    private int disposed;

    public WriteQueue(
        IDbContextFactory<DispatchDbContext> contexts,
        HostIdentity host,
        WriteQueueEvents events,
        WriteHealth health,
        TimeProvider clock,
        ILogger<WriteQueue> log)
    {
        (this.contexts, this.health, this.log) = (contexts, health, log);
        buffer = new WriteBuffer(clock);
        batches = new BatchWriter(contexts, host, events, health, clock, log);
        singles = new SingleWriter(contexts, host, events, turn, lastCall, log);
        pacing = PacingFor(DatabaseProvider.Sqlite);
    }

    /// <summary>How long before its due time a job is claimed, to be durable by then. Grows if transactions are slow.</summary>
    public TimeSpan ClaimLead
    {
        get
        {
            var lead = pacing.ExpectedCommit + SpareLead;
            if (lead < Timing.ClaimLead) return Timing.ClaimLead;
            return lead < Timing.LongestClaimLead ? lead : Timing.LongestClaimLead;
        }
    }

    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public Task<TResult> WriteAsync<TResult>(BatchedWrite<TResult> write)
    {
        if (!buffer.Add(write)) write.Fail(LastCall.Refusal());
        return write.Done;
    }

    /// <inheritdoc cref="WriteAsync{TResult}(BatchedWrite{TResult})"/>
    public Task<TResult> WriteAsync<TResult>(SingleWrite<TResult> write)
    {
        if (!singles.Add(write)) write.Fail(LastCall.Refusal());
        return write.Done;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        using (var db = contexts.CreateDbContext()) (pacing, turn.IsShared) = (PacingFor(db.Provider), db.Provider.ServesOneHost());

        // Its own thread, because SQLite's calls block, and requests and deliveries need the pool.
        writer = new Thread(Run) { Name = "Dispatch:WriteQueue", IsBackground = true };
        writer.Start();
        singles.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Close();
        return Task.Run(
            () =>
            {
                writer?.Join();
                singles.Join(Timeout.InfiniteTimeSpan);
            },
            CancellationToken.None);   // accepted writes are stored
    }

    // .NET does not stop a host whose start failed, for example because its port is taken, so the threads may still write.
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;
        Close();
        var haveEnded = writer?.Join(LastCall.Patience * 2) != false && singles.Join(LastCall.Patience);
        if (!haveEnded) return;   // the database does not answer; the threads end with the process
        batches.Dispose();
        buffer.Dispose();
        singles.Dispose();
    }

    private void Close()
    {
        lastCall.Begin();
        buffer.Close();
        singles.Close();
    }

    // Not the injected clock: it stands still in tests, and a batch would never begin.
    private static BatchPacing PacingFor(DatabaseProvider provider) =>
        new(provider.CallerGap(), provider.EngineGap(), TimeProvider.System);

    private void Run()
    {
        while (!buffer.HasEnded)
        {
            try
            {
                RunOnce();
            }
            catch (Exception exception)
            {
                Log.WriteFailed(log, "A batch", exception);   // a bug of ours must not end the process
                Thread.Sleep(RetryDelay);
            }
        }

        batches.Dispose();
    }

    private void RunOnce()
    {
        var waiting = buffer.Look();
        var wait = lastCall.HasBegun ? TimeSpan.Zero : pacing.Wait(waiting);
        if (wait > TimeSpan.Zero || waiting is { Callers: 0, Engine: 0 })
        {
            buffer.Wait(lastCall.HasBegun ? FirstLockDelay : health.IsFailing && wait > RetryDelay ? RetryDelay : wait);
            // Nobody may write to a host that is not ready, and it would never find out that the database is back.
            if (health.IsFailing && buffer.IsEmpty) turn.Run(batches.TryProbe);
        }
        else if (lastCall.IsOver)
        {
            GiveUp();
        }
        else
        {
            WriteBatch(withEngineWrites: lastCall.HasBegun || pacing.TakesEngineWrites(waiting));
        }
    }

    private void WriteBatch(bool withEngineWrites)
    {
        var batch = buffer.Take(withEngineWrites).Where(MayBeMade).ToList();
        if (health.IsStalled) batch = WithoutClaims(batch);
        if (batch.Count == 0) return;

        pacing.Began(withEngineWrites);
        IReadOnlyList<WriteRequest> again = [];
        turn.Run(() => again = batches.Write(batch));
        foreach (var write in again) TryAgain(write);
        pacing.Ended();
        // A write that the database refuses for its own sake tells nothing about the others.
        if (health.IsFailing && batch.All(write => write.Refusals > 0)) turn.Run(batches.TryProbe);
    }

    private bool MayBeMade(WriteRequest write)
    {
        if (write.Cancellation.IsCancellationRequested) write.Cancel();
        else if (write.CanBeMade) return true;
        else buffer.Postpone(write, RetryDelay);
        return false;
    }

    // One claim remains if nothing else would find out that the database takes writes again. A write that was refused before would not.
    private List<WriteRequest> WithoutClaims(List<WriteRequest> batch)
    {
        var others = batch.Where(write => !write.StartsAttempt).ToList();
        if (others.All(write => write.Refusals > 0)) others.AddRange(batch.Where(write => write.StartsAttempt).Take(1));
        foreach (var claim in batch.Except(others)) buffer.Postpone(claim, RetryDelay);
        return others;
    }

    private void TryAgain(WriteRequest write)
    {
        if (!write.IsLocked)
        {
            buffer.Postpone(write, RetryDelay);
        }
        else if (write.IsAwaited && Stopwatch.GetElapsedTime(write.At) >= LockPatience - FirstLockDelay)
        {
            write.Fail(new StoreUnavailableException($"{write.Subject} is locked by another transaction.", new TimeoutException()));
        }
        else
        {
            // Hosts lock rows for milliseconds; only a stranger is worth a line.
            if (++write.LockedTries == TriesBeforeReport) Log.RowLocked(log, write.Subject);
            buffer.Postpone(write, LockDelay(write.IsAwaited, write.LockedTries));
        }
    }

    /// <summary>How long a write waits before it looks at the locked row again.</summary>
    internal static TimeSpan LockDelay(bool isAwaited, int tries)
    {
        if (isAwaited) return FirstLockDelay;
        var delay = FirstLockDelay * Math.Pow(2, Math.Min(tries - 1, 10));
        return delay < RetryDelay ? delay : RetryDelay;
    }

    private void GiveUp()
    {
        foreach (var write in buffer.TakeAll()) write.Fail(LastCall.Refusal());
    }
}
