using Hangfire.Server;
using Microsoft.Extensions.Logging;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>
/// Tries again a second after the storage failed. Hangfire itself waits longer each time, up to five minutes: after an outage of the database no alarm would
/// ring for as long.
/// </summary>
internal sealed class RetryingProcess(IBackgroundProcess inner, ILogger log) : IBackgroundProcess
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SayEvery = TimeSpan.FromMinutes(1);

    private long saidAt = -(long)SayEvery.TotalMilliseconds;

    public void Execute(BackgroundProcessContext context)
    {
        try
        {
            inner.Execute(context);
        }
        catch (Exception exception) when (!context.IsStopping)
        {
            Say(exception);
            context.Wait(Pause);
        }
    }

    public override string ToString() => inner.ToString() ?? nameof(RetryingProcess);

    private void Say(Exception exception)
    {
        var (now, before) = (Environment.TickCount64, Interlocked.Read(ref saidAt));
        if (now - before < SayEvery.TotalMilliseconds || Interlocked.CompareExchange(ref saidAt, now, before) != before) return;
        Log.AlarmsUnavailable(log, exception);
    }
}
