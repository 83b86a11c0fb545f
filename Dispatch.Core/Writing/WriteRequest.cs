using Dispatch.Data;
using Dispatch.Model;

namespace Dispatch.Writing;

/// <summary>One caller's write, carried out together with its neighbours in one transaction by <see cref="WriteQueue"/>.</summary>
internal abstract class WriteRequest
{
    /// <summary>Whether a caller waits for the answer; else only the engine does.</summary>
    public virtual bool IsAwaited => true;

    /// <summary>Milliseconds since the Unix epoch, UTC, by when it should be durable; null: there is no such instant.</summary>
    public virtual long? Before => null;

    /// <summary>The transaction is on the disk: hand the result to the caller.</summary>
    public abstract void Complete();

    /// <summary>Nothing of it was stored.</summary>
    public abstract void Fail(Exception exception);
}

/// <inheritdoc cref="WriteRequest"/>
internal abstract class WriteRequest<TResult> : WriteRequest
{
    private readonly TaskCompletionSource<TResult> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the statements found. The caller sees it only once it is durable.</summary>
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

/// <summary><see cref="Transition.Cancel"/>.</summary>
internal sealed class CancelWrite(Guid jobId, Guid projectId) : WriteRequest<CancelOutcome>
{
    public Guid JobId => jobId;

    public Guid ProjectId => projectId;
}

/// <summary><see cref="Transition.Rearm"/>. The result is of no interest: the claim that follows looks again.</summary>
internal sealed class RearmWrite(Guid jobId, Guid projectId) : WriteRequest<bool>
{
    public Guid ProjectId => projectId;

    public Guid JobId => jobId;

    public override bool IsAwaited => false;
}

/// <summary><see cref="Transition.Claim"/>. Null: cancelled, already claimed, or another host's.</summary>
internal sealed class ClaimWrite(Guid jobId, long dueAt, int term) : WriteRequest<ClaimedJob?>
{
    public Guid JobId => jobId;

    public int Term => term;

    public override bool IsAwaited => false;

    public override long? Before => dueAt;
}

/// <summary>The end of an attempt: its row and the transition it leads to. False: the claim was lost, nothing was written.</summary>
/// <param name="retryAt">When the next attempt is due, for <see cref="Transition.Retry"/>.</param>
/// <param name="keepsAlarm">Whether this host keeps the retry armed; else it waits in the database.</param>
internal sealed class RecordWrite(ClaimedJob job, Attempt attempt, Transition transition, long? retryAt, bool keepsAlarm) : WriteRequest<bool>
{
    public ClaimedJob Job => job;

    public Attempt Attempt => attempt;

    public Transition Transition => transition;

    public long? RetryAt => retryAt;

    public bool KeepsAlarm => keepsAlarm;

    public override bool IsAwaited => false;
}

/// <summary>Anything else that changes jobs: arming, recovery, clearing a deleted project.</summary>
internal sealed class CustomWrite<TResult>(Func<DispatchDbContext, JobChanges, Task<TResult>> write) : WriteRequest<TResult>, ICustomWrite
{
    public async Task RunAsync(DispatchDbContext db, JobChanges changes) => Result = await write(db, changes);
}

/// <inheritdoc cref="CustomWrite{TResult}"/>
internal interface ICustomWrite
{
    Task RunAsync(DispatchDbContext db, JobChanges changes);
}
