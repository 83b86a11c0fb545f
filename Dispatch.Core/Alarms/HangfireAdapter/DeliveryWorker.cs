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

    private readonly ConcurrentDictionary<AlarmId, Task> atWork = new();

    /// <summary>True if a task of this host that the alarm began waits for the job's due time, sends it, or records it.</summary>
    public bool IsAtWork(AlarmId alarm) => atWork.ContainsKey(alarm);

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
        if (!atWork.TryAdd(alarm.Id, done.Task))
        {
            // A duplicate: another task already handles this very alarm. The task of a stale alarm of the job is no reason.
            End(context, fetched.JobId, new SucceededState(null, 0, 0));
            return;
        }

        _ = Task.Run(() => DeliverAsync(context, fetched.JobId, alarm, done));
    }

    private async Task DeliverAsync(BackgroundProcessContext context, string alarmId, Alarm alarm, TaskCompletionSource done)
    {
        var started = Environment.TickCount64;
        var (state, retry) = await RunAsync(context, alarm, started);
        atWork.TryRemove(alarm.Id, out _);
        done.SetResult();

        // Nobody waits for a success, but a failure's next alarm depends on its state.
        if (state is SucceededState) stateWriter.WriteLater(() => End(context, alarmId, state));
        else if (state is not null) stateWriter.WriteAtOnce(() => Fail(context, alarmId, state, alarm, retry));
    }

    /// <summary>Returns the state that Hangfire's job ends in, null if the host is stopping, and the retry's alarm.</summary>
    private async Task<(IState? State, Alarm? Retry)> RunAsync(BackgroundProcessContext context, Alarm alarm, long started)
    {
        try
        {
            var end = await deliveries.DeliverAsync(
                alarm.JobId, alarm.AccountId, alarm.ProjectId, alarm.Destination, alarm.DueAt, alarm.IsRetry, alarm.Attempt,
                alarm.Generation);
            if (end is not AttemptEnd.Failed(var error, var retryAt))
            {
                return (new SucceededState(null, 0, Environment.TickCount64 - started), null);
            }

            var retry = retryAt is { } dueAt ? alarm.ForRetry(dueAt) : null;
            return (new FailedState(new DeliveryFailedException(error, retry), context.ServerId), retry);
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

    private void Fail(BackgroundProcessContext context, string alarmId, IState end, Alarm alarm, Alarm? retry)
    {
        if (TryEnd(context, alarmId, end, alarm)) return;

        // An operator deleted or requeued Hangfire's job meanwhile, so the retry gets a new alarm.
        if (retry is not null) alarms.Set(retry);
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
        if (DeliveryJob.AlarmOf(hangfire.Job.Args) is not { } alarm) return null;
        if (hangfire.ParametersSnapshot?.TryGetValue(RetryLadderFilter.Parameter, out var text) != true || text is null) return alarm;

        var retry = SerializationHelper.Deserialize<RetryParameter>(text, SerializationOption.User);
        return alarm with { DueAt = retry.DueAt, IsRetry = true, Attempt = retry.Attempt };
    }
}
