using Dispatch.Data;
using Dispatch.Model;

namespace Dispatch.Writing;

/// <summary>One caller's write. <see cref="WriteQueue"/> executes it together with others in one transaction.</summary>
internal abstract class WriteRequest
{
    /// <summary>True if a caller waits for the result; false if only the engine does.</summary>
    public virtual bool IsAwaited => true;

    /// <summary>When it should be durable, milliseconds since the Unix epoch, UTC. Null: no deadline.</summary>
    public virtual long? Before => null;

    public abstract void Complete();

    /// <summary>Nothing of it was stored.</summary>
    public abstract void Fail(Exception exception);
}

internal abstract class WriteRequest<TResult> : WriteRequest
{
    private readonly TaskCompletionSource<TResult> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set by the batch. The caller gets it only once the transaction is durable.</summary>
    public TResult? Result { get; set; }

    public Task<TResult> Done => done.Task;

    public override void Complete() => done.TrySetResult(Result!);

    public override void Fail(Exception exception) => done.TrySetException(exception);
}

/// <summary>Stores a new job. False: its key was revoked or its project deleted meanwhile.</summary>
internal sealed class InsertWrite(Job job, Guid? keyId) : WriteRequest<bool>
{
    public Job Job => job;

    public Guid? KeyId => keyId;
}

internal sealed class CancelWrite(Guid jobId, Guid projectId) : WriteRequest<CancelOutcome>
{
    public Guid JobId => jobId;

    public Guid ProjectId => projectId;
}

/// <summary><see cref="Transition.Rearm"/>. The result has no meaning, because the claim that follows checks again.</summary>
internal sealed class RearmWrite(Guid jobId, Guid projectId) : WriteRequest<bool>
{
    public Guid ProjectId => projectId;

    public Guid JobId => jobId;

    public override bool IsAwaited => false;
}

/// <summary><see cref="Transition.Claim"/>. Null: cancelled, already claimed, or held by another host.</summary>
internal sealed class ClaimWrite(Guid jobId, long dueAt, int term) : WriteRequest<ClaimedJob?>
{
    public Guid JobId => jobId;

    public int Term => term;

    public override bool IsAwaited => false;

    public override long? Before => dueAt;
}

/// <summary>The end of an attempt: its row and its transition. False: the claim was lost and nothing was written.</summary>
/// <param name="retryAt">Only for Retry: when the next attempt is due, milliseconds since the Unix epoch, UTC.</param>
/// <param name="keepsAlarm">True: this host keeps the retry armed. False: the retry waits in the database.</param>
internal sealed class RecordWrite(
    ClaimedJob job,
    Attempt attempt,
    Transition transition,
    long? retryAt,
    bool keepsAlarm) : WriteRequest<bool>
{
    public ClaimedJob Job => job;

    public Attempt Attempt => attempt;

    public Transition Transition => transition;

    public long? RetryAt => retryAt;

    public bool KeepsAlarm => keepsAlarm;

    public override bool IsAwaited => false;
}

/// <summary>Any other change of jobs: arming, recovery, purging a deleted project.</summary>
internal sealed class CustomWrite<TResult>(Func<DispatchDbContext, JobChanges, Task<TResult>> write) : WriteRequest<TResult>, ICustomWrite
{
    public async Task RunAsync(DispatchDbContext db, JobChanges changes) => Result = await write(db, changes);
}

internal interface ICustomWrite
{
    Task RunAsync(DispatchDbContext db, JobChanges changes);
}
