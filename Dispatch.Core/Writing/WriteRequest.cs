using Dispatch.Data;

namespace Dispatch.Writing;

/// <summary>One caller's write, which <see cref="WriteQueue"/> carries out.</summary>
internal abstract class WriteRequest
{
    protected const int MaxRefusals = 10;

    /// <summary>True if a caller waits for the result; false if only the engine does, which can wait for company.</summary>
    public virtual bool IsAwaited => true;

    /// <summary>When it should be durable, milliseconds since the Unix epoch, UTC. Null: no deadline.</summary>
    public virtual long? Before => null;

    /// <summary>True for a claim: it is not made while nothing can be stored, because its outcome could not be stored either.</summary>
    public virtual bool StartsAttempt => false;

    /// <summary>False: it cannot be made at this moment and waits for the next batch. Asked before each try.</summary>
    public virtual bool CanBeMade => true;

    /// <summary>Whose turn it takes among the waiting writes; none for what belongs to no account.</summary>
    public virtual Guid AccountId { get; init; }

    /// <summary>The bytes that it stores, where they may be many.</summary>
    public virtual int Bytes => 0;

    /// <summary>The row that it changes, for the log.</summary>
    public virtual string Subject => GetType().Name;

    /// <summary>A write of the engine that is cancelled waits no longer. It may have been stored.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>When it was handed in, a timestamp.</summary>
    public long At { get; set; }

    /// <summary>Set by the verb: another transaction has locked the row, so the write must be tried again.</summary>
    public bool IsLocked { get; set; }

    /// <summary>The connection broke during the last try, so it may have been stored although no answer came.</summary>
    public bool MayBeStored { get; set; }

    /// <summary>Set by the verb: it changed no row. Whether because of a lock or an earlier try is asked after the commit.</summary>
    public bool IsInQuestion { get; set; }

    /// <summary>How often the database refused this very request, for a reason that is not the database's state.</summary>
    public int Refusals { get; set; }

    /// <summary>How often it met a lock.</summary>
    public int LockedTries { get; set; }

    /// <summary>Forgets what an earlier try found, because that was rolled back.</summary>
    public virtual void Begin() => IsLocked = IsInQuestion = false;

    public abstract void Complete();

    /// <summary>Nothing of it was stored, as far as anybody knows.</summary>
    public abstract void Fail(Exception exception);

    public abstract void Cancel();

    /// <summary>Called after each refusal. True: it should be tried again, perhaps changed. False: its caller gets the error.</summary>
    public virtual bool SurvivesRefusal() => !IsAwaited && Refusals < MaxRefusals;
}

internal abstract class WriteRequest<TResult> : WriteRequest
{
    private readonly TaskCompletionSource<TResult> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set by the verb. The caller gets it only once the transaction is durable.</summary>
    public TResult? Result { get; set; }

    public Task<TResult> Done => done.Task;

    public override void Begin()
    {
        base.Begin();
        Result = default;
    }

    public override void Complete() => done.TrySetResult(Result!);

    public override void Fail(Exception exception) => done.TrySetException(exception);

    public override void Cancel() => done.TrySetCanceled(Cancellation);
}

/// <summary>A frequent write. Those of one verb share a statement, and all that wait share a transaction.</summary>
internal abstract class BatchedWrite<TResult> : WriteRequest<TResult>, IBatchedWrite
{
    public abstract Verb Verb { get; }
}

internal interface IBatchedWrite
{
    Verb Verb { get; }
}

/// <summary>A rare write in a transaction of its own, in LINQ. It waits for locks, so batches must not wait for it.</summary>
internal abstract class SingleWrite<TResult> : WriteRequest<TResult>, ISingleWrite
{
    public async Task ApplyAsync(DispatchDbContext db, JobChanges changes) => Result = await WriteAsync(db, changes);

    protected abstract Task<TResult> WriteAsync(DispatchDbContext db, JobChanges changes);
}

internal interface ISingleWrite
{
    Task ApplyAsync(DispatchDbContext db, JobChanges changes);
}

/// <summary>A rare write given as a function: what a store does to its own tables.</summary>
internal sealed class CustomWrite<TResult>(Func<DispatchDbContext, JobChanges, Task<TResult>> write) : SingleWrite<TResult>
{
    protected override Task<TResult> WriteAsync(DispatchDbContext db, JobChanges changes) => write(db, changes);
}
