using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Time;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Inboxes;

/// <summary>
/// Stores what inboxes receive without getting in the engine's way: through <see cref="WriteQueue"/>, so that nobody fights it for SQLite's
/// writer and no commit is made for an inbox alone while jobs are written, and one small batch at a time, so that a claim never waits behind a
/// burst. What arrives meanwhile goes with the next batch.
/// </summary>
internal sealed class InboxWriter(WriteQueue commits, TimeProvider clock)
{
    private const int MaxBatch = 256;
    private const int MaxBatchBytes = 1024 * 1024;
    private const long MaxWaitingBytes = 64 * 1024 * 1024;
    private const int RowBytes = 1024;   // what a request costs beside its body and its headers, roughly

    private readonly Lock gate = new();
    private readonly Queue<Waiting> queue = [];
    private long waitingBytes;
    private bool isWriting;

    /// <summary>Ends once the request is durable, or is not kept, because too much waits already or the project is gone.</summary>
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public Task StoreAsync(ReceivedRequest request)
    {
        var newcomer = new Waiting(request);
        lock (gate)
        {
            if (waitingBytes + newcomer.Bytes > MaxWaitingBytes) return Task.CompletedTask;
            queue.Enqueue(newcomer);
            waitingBytes += newcomer.Bytes;
            if (isWriting) return newcomer.Done.Task;
            isWriting = true;
        }

        _ = WriteAllAsync();
        return newcomer.Done.Task;
    }

    private async Task WriteAllAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            try
            {
                await commits.WriteAsync(new CustomWrite<int>((db, changes) => InsertAsync(db, changes, batch)));
                foreach (var one in batch) one.Done.SetResult();
            }
            catch (Exception exception)
            {
                foreach (var one in batch) one.Done.TrySetException(exception);   // each caller hears of it
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

            waitingBytes -= bytes;
            isWriting = batch.Count > 0;
        }

        return batch;
    }

    // Requests of projects that are gone are not kept, or the purge would never come to an end. Returns how many projects are there still.
    private async Task<int> InsertAsync(DispatchDbContext db, JobChanges changes, List<Waiting> batch)
    {
        var projectIds = batch.Select(one => one.Request.ProjectId).Distinct().ToArray();
        var live = await db.Projects.Where(p => projectIds.Contains(p.Id) && p.DeletedAt == null).Select(p => p.Id).ToHashSetAsync();
        await db.InsertRowsAsync([.. batch.Select(one => one.Request).Where(request => live.Contains(request.ProjectId))]);
        foreach (var projectId in live)
        {
            var old = InboxStore.NewestFirst(db, projectId).Skip(ReceivedRequest.MaxPerProject).Select(r => r.Id);
            await db.InboxRequests.Where(r => old.Contains(r.Id)).ExecuteDeleteAsync();
            changes.InboxChanged(projectId, clock.NowMs());
        }

        return live.Count;
    }

    private sealed class Waiting(ReceivedRequest request)
    {
        public ReceivedRequest Request => request;

        public int Bytes { get; } = request.Body.Length + request.Headers.Length + RowBytes;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
