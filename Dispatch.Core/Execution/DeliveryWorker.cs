using System.Collections.Concurrent;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Extensions.Logging;

namespace Dispatch.Execution;

/// <summary>
/// Hangfire's worker for deliveries. The stock one holds a thread for the whole exchange, so that 20 receivers that never answer stop
/// everything; this one fetches on one thread and carries each delivery out as a task. Hangfire's states are changed through its own
/// state changer, so that filters and its dashboard see every step.
/// </summary>
internal sealed class DeliveryWorker(DeliveryJob deliveries, IBackgroundJobStateChanger states, AlarmRoster roster, AlarmClock alarms, Bookkeeper bookkeeper, ILogger<DeliveryWorker> log)
    : IBackgroundProcess
{
    private static readonly string[] Queues = [AlarmClock.Queue];
    private static readonly string[] MayStart = [EnqueuedState.StateName, ScheduledState.StateName, ProcessingState.StateName];
    private static readonly string[] MayEnd = [ProcessingState.StateName];

    private readonly ConcurrentDictionary<Guid, Task> atWork = new();

    /// <summary>True where a task of this host is waiting for the job's instant, sending it, or recording it.</summary>
    public bool IsAtWork(Guid jobId) => atWork.ContainsKey(jobId);

    /// <summary>Ends when every delivery that was begun has ended.</summary>
    public Task DrainAsync() => Task.WhenAll(atWork.Values);

    public void Execute(BackgroundProcessContext context)
    {
        using var connection = context.Storage.GetConnection();
        while (!context.IsStopping)
        {
            var fetched = connection.FetchNextJob(Queues, context.StoppingToken);
            try
            {
                Begin(context, connection, fetched);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The alarm is lost, the job is not: the sweeper sets another.
                Log.AlarmNotTaken(log, fetched.JobId, exception);
                Finish(fetched);
            }
        }
    }

    private void Begin(BackgroundProcessContext context, IStorageConnection connection, IFetchedJob fetched)
    {
        var processing = new StateChangeContext(
            context.Storage, connection, fetched.JobId, new DeliveringState(context.ServerId), MayStart);
        var applied = states.ChangeState(processing);
        if (applied?.Name != ProcessingState.StateName || AlarmOf(processing.ProcessedJob) is not { } alarm)
        {
            Finish(fetched);
            return;
        }

        // A doubled alarm: the job is being seen to.
        var done = new TaskCompletionSource();
        if (!atWork.TryAdd(alarm.JobId, done.Task))
        {
            End(context, fetched, new SucceededState(null, 0, 0));
            return;
        }

        _ = Task.Run(() => DeliverAsync(context, fetched, alarm, done));
    }

    private async Task DeliverAsync(BackgroundProcessContext context, IFetchedJob fetched, Alarm alarm, TaskCompletionSource done)
    {
        var started = Environment.TickCount64;
        IState? end;
        try
        {
            await deliveries.DeliverAsync(alarm.JobId, alarm.ProjectId, alarm.Destination, alarm.DueAt, alarm.IsRetry);
            end = new SucceededState(null, 0, Environment.TickCount64 - started);
        }
        catch (DeliveryFailedException failed)
        {
            end = new FailedState(failed, context.ServerId);
        }
        catch (OperationCanceledException)
        {
            end = null;   // stopping: the job was given back, and in memory Hangfire's entry goes with the process
        }
        catch (Exception exception)
        {
            Log.DeliveryBroke(log, alarm.JobId, exception);
            end = new FailedState(exception, context.ServerId);
        }

        var retryAt = ((end as FailedState)?.Exception as DeliveryFailedException)?.RetryAt;
        if (retryAt is null) roster.Remove(alarm.JobId);
        else roster.Add(alarm.JobId, AlarmKind.Retry);
        atWork.TryRemove(alarm.JobId, out _);
        done.SetResult();

        // A success nobody waits for; a failure's next alarm depends on it.
        if (end is SucceededState) bookkeeper.Enter(() => End(context, fetched, end));
        // An operator deleted or requeued Hangfire's job meanwhile: the retry gets an alarm of its own.
        else if (end is not null && !TryEnd(context, fetched, end, alarm) && retryAt is { } dueAt) alarms.Set(alarm with { DueAt = dueAt, IsRetry = true });
    }

    private bool TryEnd(BackgroundProcessContext context, IFetchedJob fetched, IState state, Alarm alarm)
    {
        try
        {
            return End(context, fetched, state);
        }
        catch (Exception exception)
        {
            Log.AlarmNotSet(log, alarm.JobId, exception);
            return false;
        }
    }

    /// <summary>False: Hangfire's job is no longer the one this delivery began with, so its state was left alone.</summary>
    private bool End(BackgroundProcessContext context, IFetchedJob fetched, IState state)
    {
        using var connection = context.Storage.GetConnection();
        var applied = states.ChangeState(new StateChangeContext(context.Storage, connection, fetched.JobId, state, MayEnd));
        Finish(fetched);
        return applied is not null;
    }

    private static void Finish(IFetchedJob fetched)
    {
        using (fetched) fetched.RemoveFromQueue();
    }

    private static Alarm? AlarmOf(Hangfire.BackgroundJob? hangfire)
    {
        if (hangfire?.Job?.Type != typeof(DeliveryJob) || hangfire.Job.Args is not [Guid jobId, Guid projectId, string destination, long dueAt, bool isRetry]) return null;

        var alarm = new Alarm(jobId, projectId, destination, dueAt, isRetry);
        return hangfire.ParametersSnapshot?.TryGetValue(RetryLadderFilter.DueAtParameter, out var retryAt) == true && retryAt is not null
            ? alarm with { DueAt = SerializationHelper.Deserialize<long>(retryAt), IsRetry = true }
            : alarm;
    }
}
