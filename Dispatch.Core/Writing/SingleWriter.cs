using System.Collections.Concurrent;
using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dispatch.Writing;

/// <summary>
/// Carries out the rare writes, each in a transaction of its own on a thread of its own: one that waits for a lock must not delay the
/// batches of jobs.
/// </summary>
/// <param name="turn">Held during each write if the database takes one transaction at a time.</param>
internal sealed class SingleWriter(
    IDbContextFactory<DispatchDbContext> contexts,
    HostIdentity host,
    WriteQueueEvents events,
    WriteTurn turn,
    LastCall lastCall,
    ILogger<WriteQueue> log) : IDisposable
{
    private const int MaxConflicts = 5;

    private readonly BlockingCollection<WriteRequest> writes = new(new ConcurrentQueue<WriteRequest>());
    private readonly FailureStreak failures = new();
    private Thread? writer;

    public bool Add(WriteRequest write)
    {
        try
        {
            return writes.TryAdd(write);
        }
        catch (InvalidOperationException)
        {
            return false;   // closed
        }
    }

    public void Start()
    {
        writer = new Thread(Run) { Name = "Dispatch:SingleWriter", IsBackground = true };
        writer.Start();
    }

    public void Close() => writes.CompleteAdding();

    /// <summary>True if the thread has ended.</summary>
    public bool Join(TimeSpan limit) => writer?.Join(limit) != false;

    public void Dispose() => writes.Dispose();

    private void Run()
    {
        foreach (var write in writes.GetConsumingEnumerable())
        {
            if (lastCall.IsOver) write.Fail(LastCall.Refusal());
            else turn.Run(() => WriteAsync(write, conflicts: 0).GetAwaiter().GetResult());
        }
    }

    private async Task WriteAsync(WriteRequest write, int conflicts)
    {
        var changes = new JobChanges(events.IsWatched());
        try
        {
            write.Begin();
            await using var db = await contexts.CreateDbContextAsync();
            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.LimitLockWaitAsync();
            await ((ISingleWrite)write).ApplyAsync(db, changes);
            db.Count(host.Id, changes.Counters);
            await transaction.CommitAsync();
        }
        catch (Exception exception) when (DatabaseFaults.IsConflict(exception) && conflicts < MaxConflicts)
        {
            Log.BatchConflict(log, 1, exception);
            await WriteAsync(write, conflicts + 1);
            return;
        }
        catch (Exception exception) when (DatabaseFaults.IsUnavailable(exception))
        {
            if (failures.Begins()) Log.SingleWriteUnavailable(log, write.Subject, exception);
            write.Fail(new StoreUnavailableException("The database does not take writes at the moment.", exception));
            return;
        }
        catch (Exception exception)
        {
            Log.WriteFailed(log, write.Subject, exception);
            write.Fail(exception);
            return;
        }

        failures.Ends();
        write.Complete();
        events.Committed(changes);
    }
}
