using System.Collections.Concurrent;
using Dispatch.Alarms.HangfireAdapter;
using Dispatch.Delivery;
using Dispatch.Fairness;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.Extensions.Hosting;

namespace Dispatch.Alarms;

/// <summary>
/// Sets an alarm for each job that is due soon. It comes after <c>InsertJob</c> on a job's way: <c>JobService</c> or the
/// <see cref="Sweeper"/> calls it when the job is stored. When the alarm rings, it calls <see cref="DeliveryRunner"/>.
/// Later jobs wait in the database, so that memory does not grow with the number of pending jobs.
/// </summary>
/// <remarks>
/// Hangfire handles alarms one after the other. It gets an alarm shortly before it rings and only a share of them per account, so that
/// an account whose jobs are all due at once does not stand before the others in Hangfire's queue.
/// </remarks>
internal sealed class AlarmClock(
    HangfireAlarms alarms,
    AlarmRoster roster,
    DeliveryRunner runner,
    TimeProvider clock) : IHostedService, IDisposable
{
    /// <summary>The most alarms set at once; an account alone may have half of them. Each takes some 300 bytes.</summary>
    public const int Capacity = 200_000;

    /// <summary>The most alarms that Hangfire has at once; an account alone may have half of them. Each takes about 2 KB.</summary>
    private const int MaxHandedOver = 24_000;

    /// <summary>
    /// The most of these that were set too late to ring <see cref="Timing.AlarmLead"/> ahead. Hangfire takes about 4,000 a second beside
    /// deliveries, one after the other, so the next alarm of another account is heard well within that time.
    /// </summary>
    private const int MaxRinging = 2_000;

    private readonly BlockingCollection<Alarm> toSet = new(new ConcurrentQueue<Alarm>());
    private readonly CancellationTokenSource closing = new();
    private readonly Lock gate = new();
    private readonly PriorityQueue<Alarm, long> later = new();
    private readonly FairLimiter handedOver = new(new FairLimits(MaxHandedOver));
    private readonly FairLimiter ringing = new(new FairLimits(MaxRinging));
    private Thread[] setters = [];
    private ITimer? handingOver;
    private int disposed;

    /// <summary>No delivery is under way, and none begins within the next seconds unless somebody schedules it now.</summary>
    public bool IsIdle => handedOver.Taken == 0 && roster.Retries == 0;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Hangfire's storage blocks its caller. With threads of its own, the clock does not make HTTP requests wait for it.
        setters = [.. Enumerable.Range(0, alarms.Threads)
            .Select(_ => new Thread(SetAll) { Name = "Dispatch:AlarmClock", IsBackground = true })];
        foreach (var setter in setters) setter.Start();
        handingOver = clock.CreateTimer(_ => HandOverDue(), null, Timing.Sweep, Timing.Sweep);
        return Task.CompletedTask;
    }

    // The threads run on: a delivery that ends during the shutdown may still set an alarm.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>True if a job of the account that is due then is armed at once; otherwise the sweeper arms it later.</summary>
    /// <param name="dueAt">Milliseconds since the Unix epoch, UTC.</param>
    public bool HasRoomFor(Guid accountId, long dueAt)
    {
        var ahead = dueAt - clock.NowMs();
        if (ahead <= Timing.NearHorizon.TotalMilliseconds) return roster.HasRoom(accountId, Capacity);
        return ahead <= Timing.Horizon.TotalMilliseconds && roster.HasRoom(accountId, Capacity / 2);
    }

    /// <summary>
    /// Arms the job. Never fails: if the alarm gets lost, the sweeper finds the job. Does nothing if the job was moved since the alarm was
    /// read from the database.
    /// </summary>
    public void Set(Alarm alarm)
    {
        var ahead = alarm.DueAt - clock.NowMs();
        var kind = ahead <= 0 ? AlarmKind.Overdue : alarm.IsRetry ? AlarmKind.Retry : AlarmKind.Upcoming;
        if (!roster.Add(alarm, kind)) return;

        if (ahead <= Timing.HandOverLead.TotalMilliseconds)
        {
            HandOver(alarm);
            return;
        }

        lock (gate) later.Enqueue(alarm, alarm.DueAt);
    }

    /// <summary>
    /// Arms the job for its new time. The alarm that was set before does nothing when it rings; if it rings already, its task ends now.
    /// </summary>
    public void Move(Alarm alarm) => Set(alarm);

    /// <summary>The job's alarm, if one is set, does nothing when it rings: the job was cancelled, or waits in the database.</summary>
    /// <param name="beforeGeneration">Alarms of this generation and later ones stay, because another move may have set them.</param>
    public void Remove(Guid jobId, int beforeGeneration = int.MaxValue) => roster.RemoveOlder(jobId, beforeGeneration);

    /// <summary>Carries out the attempt when its alarm rings, and notes whether another alarm follows.</summary>
    /// <inheritdoc cref="DeliveryRunner.RunAsync"/>
    public async Task<AttemptEnd> RingAsync(Alarm alarm)
    {
        var replaced = new CancellationTokenSource();   // never disposed, because the roster may cancel it at any time
        if (!roster.Begin(alarm.Id, replaced)) return AttemptEnd.Finished;   // stale: the job was moved

        AttemptEnd? end = null;
        try
        {
            return end = await runner.RunAsync(alarm, replaced.Token);
        }
        finally
        {
            if (end is AttemptEnd.Failed { RetryAt: { } retryAt }) roster.Add(alarm.ForRetry(retryAt), AlarmKind.Retry);
            else roster.Remove(alarm.Id);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;   // registered twice, so disposed twice
        handingOver?.Dispose();
        toSet.CompleteAdding();
        closing.Cancel();   // the host has given its jobs back, so the queued alarms are not needed
        var haveEnded = setters.All(setter => setter.Join(TimeSpan.FromSeconds(5)));
        if (!haveEnded) return;   // the storage does not answer; the threads end with the process
        closing.Dispose();
        toSet.Dispose();
    }

    private void HandOverDue()
    {
        var until = clock.NowMs() + (long)Timing.HandOverLead.TotalMilliseconds;
        while (TakeDue(until) is { } alarm) HandOver(alarm);
    }

    private Alarm? TakeDue(long until)
    {
        lock (gate) return later.TryPeek(out _, out var dueAt) && dueAt <= until ? later.Dequeue() : null;
    }

    private void HandOver(Alarm alarm)
    {
        if (!roster.Has(alarm.Id)) return;   // moved or cancelled
        var share = new Share(alarm.AccountId, alarm.ProjectId, alarm.Destination);
        var entering = handedOver.EnterAsync(share, closing.Token);
        if (entering.IsCompletedSuccessfully && !RingsAtOnce(alarm)) HandOver(alarm, entering.Result, untilItRings: null);
        else _ = HandOverInTurnAsync(alarm, share, entering);
    }

    private async Task HandOverInTurnAsync(Alarm alarm, Share share, ValueTask<Permit> entering)
    {
        Permit? place = null;
        try
        {
            place = await entering;
            HandOver(alarm, place, RingsAtOnce(alarm) ? await ringing.EnterAsync(share, closing.Token) : null);
        }
        catch (OperationCanceledException)
        {
            place?.Dispose();
        }
    }

    private bool RingsAtOnce(Alarm alarm) => alarm.DueAt - clock.NowMs() <= Timing.AlarmLead.TotalMilliseconds;

    private void HandOver(Alarm alarm, Permit place, Permit? untilItRings)
    {
        if (!toSet.IsAddingCompleted && roster.HandOver(alarm.Id, place, untilItRings))
        {
            toSet.Add(alarm);
            return;
        }

        place.Dispose();
        untilItRings?.Dispose();
    }

    private void SetAll()
    {
        try
        {
            foreach (var alarm in toSet.GetConsumingEnumerable(closing.Token))
            {
                if (roster.Has(alarm.Id)) alarms.Set(alarm);   // otherwise the job was moved while the alarm stood in this queue
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
        }
    }
}
