using Dispatch.Data;
using Dispatch.Fairness;
using Dispatch.Model;
using Dispatch.Time;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Inboxes;

/// <summary>
/// Stores received requests through <see cref="WriteQueue"/>, because a writer of its own would compete for SQLite's lock and commit apart
/// from the jobs. It writes one small batch at a time, so that a claim never waits behind a burst, and accounts take turns in it. The
/// bytes that wait here are bounded by whoever hands the requests in.
/// </summary>
internal sealed class InboxWriter(WriteQueue commits, TimeProvider clock)
{
    private const int MaxBatch = 256;
    private const int MaxBatchBytes = 1024 * 1024;
    private const int RowBytes = 1024;   // estimate of a request without its body and headers

    private readonly Lock gate = new();
    private readonly FairQueue<Waiting> queue = new();
    private bool isWriting;

    /// <summary>Completes when the request is durable, or dropped because its project is gone.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public Task StoreAsync(Guid accountId, ReceivedRequest request)
    {
        var waiting = new Waiting(request);
        lock (gate)
        {
            queue.Enqueue(accountId, waiting);
            if (isWriting) return waiting.Done.Task;
            isWriting = true;
        }

        _ = WriteAllAsync();
        return waiting.Done.Task;
    }

    private async Task WriteAllAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            try
            {
                var locked = await commits.WriteAsync(new CustomWrite<HashSet<Guid>>((db, changes) => InsertAsync(db, changes, batch)));
                foreach (var waiting in batch)
                {
                    if (!locked!.Contains(waiting.Request.ProjectId)) waiting.Done.SetResult();
                    else waiting.Done.SetException(new StoreUnavailableException("The project is locked.", new TimeoutException()));
                }
            }
            catch (Exception exception)
            {
                foreach (var waiting in batch) waiting.Done.TrySetException(exception);
            }
        }
    }

    private List<Waiting> Take()
    {
        var batch = new List<Waiting>();
        lock (gate)
        {
            var bytes = 0;
            while (batch.Count < MaxBatch && bytes < MaxBatchBytes && queue.TryDequeue(out var next))
            {
                batch.Add(next);
                bytes += next.Bytes;
            }

            isWriting = batch.Count > 0;
        }

        return batch;
    }

    // Drops requests of deleted projects, because the purge would otherwise never end. Returns the projects that another transaction has
    // locked: the foreign key would make the requests of all others wait for it.
    private async Task<HashSet<Guid>> InsertAsync(DispatchDbContext db, JobChanges changes, List<Waiting> batch)
    {
        var projectIds = batch.Select(waiting => waiting.Request.ProjectId).Distinct().ToArray();
        var live = await db.Projects.Where(p => projectIds.Contains(p.Id) && p.DeletedAt == null).Select(p => p.Id).ToHashSetAsync();
        var free = await db.LockProjectsAsync([.. live]);
        await db.InsertRowsAsync([.. batch.Select(waiting => waiting.Request).Where(request => free.Contains(request.ProjectId))]);
        foreach (var projectId in free)
        {
            var old = InboxStore.NewestFirst(db, projectId).Skip(ReceivedRequest.MaxPerProject).Select(r => r.Id);
            await db.InboxRequests.Where(r => old.Contains(r.Id)).ExecuteDeleteAsync();
            changes.InboxChanged(projectId, clock.NowMs());
        }

        live.ExceptWith(free);
        return live;
    }

    private sealed class Waiting(ReceivedRequest request)
    {
        public ReceivedRequest Request => request;

        public int Bytes { get; } = request.Body.Length + request.Headers.Length + RowBytes;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
