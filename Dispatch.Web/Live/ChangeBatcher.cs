using Dispatch.Model;
using Dispatch.Web.Client.Live;
using Dispatch.Writing;

namespace Dispatch.Web.Live;

/// <summary>
/// Gathers what the feed tells into batches for one listener: the first change goes at once, what follows within <see cref="Pause"/> goes
/// together. Of one job only the newest status is kept, and a crowd becomes "look again".
/// </summary>
internal sealed partial class ChangeBatcher : IDisposable
{
    /// <summary>A delivery is FIRING for 100 ms at least; with this pause a page sees it.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private const int MaxChanges = 200;

    private readonly Func<ChangeBatch, Task> send;
    private readonly TimeProvider clock;
    private readonly ILogger<ChangeBatcher> log;
    private readonly SemaphoreSlim arrived = new(0, 1);
    private readonly CancellationTokenSource closing = new();
    private readonly Lock gate = new();
    private Dictionary<(ChangeKind, Guid, Guid?), Change> waiting = [];
    private bool invalidate;

    public ChangeBatcher(Func<ChangeBatch, Task> send, TimeProvider clock, ILogger<ChangeBatcher> log)
    {
        this.log = log;
        this.send = send;
        this.clock = clock;
        _ = RunAsync(closing.Token);
    }

    /// <summary>Returns at once, whatever the listener does.</summary>
    public void Add(FeedChange change)
    {
        lock (gate)
        {
            if (change.Kind.ToChangeKind() is not { } kind || waiting.Count >= MaxChanges || change is { Kind: FeedKind.Job, Status: null })
            {
                waiting.Clear();
                invalidate = true;
            }
            else if (!invalidate)
            {
                waiting[(kind, change.ProjectId, change.JobId)] =
                    new Change(kind, change.ProjectId, change.JobId, change.Status?.ToName(), change.At);
            }

            if (arrived.CurrentCount == 0) arrived.Release();
        }
    }

    public void Dispose() => closing.Cancel();   // the loop holds the token; nothing else is to be freed

    private async Task RunAsync(CancellationToken closed)
    {
        try
        {
            while (true)
            {
                await arrived.WaitAsync(closed);
                await SendAsync(Take());
                await Task.Delay(Pause, clock, closed);
            }
        }
        catch (OperationCanceledException) when (closed.IsCancellationRequested)
        {
        }
    }

    // A listener's trouble must not end the others' updates, nor its own.
    private async Task SendAsync(ChangeBatch batch)
    {
        try
        {
            await send(batch);
        }
        catch (Exception exception) when (!closing.IsCancellationRequested)
        {
            LogListenerFailed(log, exception);
        }
    }

    [LoggerMessage(EventId = 420, Level = LogLevel.Warning, Message = "A page failed on a change that it was told")]
    private static partial void LogListenerFailed(ILogger logger, Exception exception);

    private ChangeBatch Take()
    {
        lock (gate)
        {
            var batch = new ChangeBatch([.. waiting.Values], invalidate);
            waiting = [];
            invalidate = false;
            return batch;
        }
    }
}
