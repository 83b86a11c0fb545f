using System.Collections.Concurrent;
using Dispatch.Model;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Extensions.Logging;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>
/// Fetches alarms from Hangfire and runs each delivery as a task. Hangfire's stock worker blocks a thread for the whole exchange, so 20
/// receivers that never answer would stop everything. States go through Hangfire's own state changer, so that filters see every step.
/// </summary>
internal sealed class DeliveryWorker(
    DeliveryJob deliveries,
    IBackgroundJobStateChanger states,
    AlarmQueue queue,
    HangfireAlarms alarms,
    HangfireStateWriter stateWriter,
    ILogger<DeliveryWorker> log) : IBackgroundProcess
{
    private static readonly string[] MayStart = [EnqueuedState.StateName, ScheduledState.StateName, ProcessingState.StateName];
    private static readonly string[] MayEnd = [ProcessingState.StateName];

    private readonly ConcurrentDictionary<Guid, Task> atWork = new();

    /// <summary>True if a task of this host waits for the job's due time, sends it, or records it.</summary>
    public bool IsAtWork(Guid jobId) => atWork.ContainsKey(jobId);

    /// <summary>Ends when all running deliveries have ended.</summary>
    public Task DrainAsync() => Task.WhenAll(atWork.Values);

    public void Execute(BackgroundProcessContext context)
    {
        string[] queues = [queue.Name];
        using var connection = context.Storage.GetConnection();
        while (!context.IsStopping)
        {
            var fetched = connection.FetchNextJob(queues, context.StoppingToken);
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
        // Now, and not after the delivery: the sweeper finds lost alarms, and SQL Server would have to renew each held entry every minute.
        Finish(fetched);
        if (applied?.Name != ProcessingState.StateName || AlarmOf(processing.ProcessedJob) is not { } alarm) return;

        var done = new TaskCompletionSource();
        if (!atWork.TryAdd(alarm.JobId, done.Task))
        {
            // A duplicate alarm: another task already handles the job.
            End(context, fetched.JobId, new SucceededState(null, 0, 0));
            return;
        }

        _ = Task.Run(() => DeliverAsync(context, fetched.JobId, alarm, done));
    }

    private async Task DeliverAsync(BackgroundProcessContext context, string alarmId, Alarm alarm, TaskCompletionSource done)
    {
        var started = Environment.TickCount64;
        var (state, retryAt) = await RunAsync(context, alarm, started);
        atWork.TryRemove(alarm.JobId, out _);
        done.SetResult();

        // Nobody waits for a success, but a failure's next alarm depends on its state.
        if (state is SucceededState) stateWriter.WriteLater(() => End(context, alarmId, state));
        else if (state is not null) stateWriter.WriteAtOnce(() => Fail(context, alarmId, state, alarm, retryAt));
    }

    /// <summary>Returns the state that Hangfire's job ends in, null if the host is stopping, and when a retry is due.</summary>
    private async Task<(IState? State, long? RetryAt)> RunAsync(BackgroundProcessContext context, Alarm alarm, long started)
    {
        try
        {
            var end = await deliveries.DeliverAsync(alarm.JobId, alarm.ProjectId, alarm.Destination, alarm.DueAt, alarm.IsRetry);
            return end is AttemptEnd.Failed(var error, var retryAt)
                ? (new FailedState(new DeliveryFailedException(error, retryAt), context.ServerId), retryAt)
                : (new SucceededState(null, 0, Environment.TickCount64 - started), null);
        }
        catch (OperationCanceledException)
        {
            return (null, null);   // the job was given back; Hangfire's entry ends with the process, or another host clears it
        }
        catch (Exception exception)
        {
            Log.DeliveryBroke(log, alarm.JobId, exception);
            return (new FailedState(exception, context.ServerId), null);
        }
    }

    private void Fail(BackgroundProcessContext context, string alarmId, IState end, Alarm alarm, long? retryAt)
    {
        if (TryEnd(context, alarmId, end, alarm)) return;

        // An operator deleted or requeued Hangfire's job meanwhile, so the retry gets a new alarm.
        if (retryAt is { } dueAt) alarms.Set(alarm with { DueAt = dueAt, IsRetry = true });
    }

    private bool TryEnd(BackgroundProcessContext context, string alarmId, IState state, Alarm alarm)
    {
        try
        {
            return End(context, alarmId, state);
        }
        catch (Exception exception)
        {
            Log.AlarmNotSet(log, alarm.JobId, exception);
            return false;
        }
    }

    /// <summary>False if Hangfire's job has left the Processing state meanwhile; its state is then left alone.</summary>
    private bool End(BackgroundProcessContext context, string alarmId, IState state)
    {
        using var connection = context.Storage.GetConnection();
        return states.ChangeState(new StateChangeContext(context.Storage, connection, alarmId, state, MayEnd)) is not null;
    }

    private static void Finish(IFetchedJob fetched)
    {
        using (fetched) fetched.RemoveFromQueue();
    }

    internal static Alarm? AlarmOf(Hangfire.BackgroundJob? hangfire)
    {
        if (hangfire?.Job?.Type != typeof(DeliveryJob)) return null;
        if (hangfire.Job.Args is not [Guid jobId, Guid projectId, string destination, long dueAt, bool isRetry]) return null;

        var alarm = new Alarm(jobId, projectId, destination, dueAt, isRetry);
        return hangfire.ParametersSnapshot?.TryGetValue(RetryLadderFilter.DueAtParameter, out var retryAt) == true && retryAt is not null
            ? alarm with { DueAt = SerializationHelper.Deserialize<long>(retryAt), IsRetry = true }
            : alarm;
    }
}
