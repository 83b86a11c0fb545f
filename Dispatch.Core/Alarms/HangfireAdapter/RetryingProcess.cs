using Hangfire.Server;
using Microsoft.Extensions.Logging;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>
/// Runs the process again a second after the storage failed. Hangfire itself waits longer each time, up to five minutes, so that no alarm
/// would ring for as long after an outage of the database.
/// </summary>
internal sealed class RetryingProcess(IBackgroundProcess inner, ILogger log) : IBackgroundProcess
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LogEvery = TimeSpan.FromMinutes(1);

    private long loggedAt = -(long)LogEvery.TotalMilliseconds;

    public void Execute(BackgroundProcessContext context)
    {
        try
        {
            inner.Execute(context);
        }
        catch (Exception exception) when (!context.IsStopping)
        {
            LogRarely(exception);
            context.Wait(Pause);
        }
    }

    public override string ToString() => inner.ToString() ?? nameof(RetryingProcess);

    private void LogRarely(Exception exception)
    {
        var (now, before) = (Environment.TickCount64, Interlocked.Read(ref loggedAt));
        if (now - before < LogEvery.TotalMilliseconds || Interlocked.CompareExchange(ref loggedAt, now, before) != before) return;
        Log.AlarmsUnavailable(log, exception);
    }
}
