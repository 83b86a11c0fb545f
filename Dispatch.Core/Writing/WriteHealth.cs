using Microsoft.Extensions.Logging;

namespace Dispatch.Writing;

/// <summary>
/// Knows whether this host can store anything. If it has committed nothing for <see cref="Patience"/> although it tried, it claims no
/// more jobs, because it could not store how their attempts end.
/// </summary>
internal sealed class WriteHealth(ILogger<WriteHealth> log)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly TimeProvider clock = TimeProvider.System;   // not the injected one: it stands still in tests, the database does not
    private readonly Lock gate = new();
    private long? failingSince;
    private long lastFailedAt;
    private bool isReported;

    /// <summary>True since the first failure that no commit has followed.</summary>
    public bool IsFailing => failingSince is not null;

    /// <summary>True if nothing could be stored for <see cref="Patience"/>.</summary>
    public bool IsStalled
    {
        get
        {
            lock (gate)
            {
                // Measured until the last try: that nobody has written since a failure means nothing.
                if (failingSince is not { } since || clock.GetElapsedTime(since, lastFailedAt) < Patience) return false;
                if (!isReported) Log.WriterStalled(log, Patience);
                isReported = true;
                return true;
            }
        }
    }

    public void Committed()
    {
        if (failingSince is null) return;
        lock (gate)
        {
            if (isReported) Log.WriterRecovered(log, clock.GetElapsedTime(failingSince!.Value));
            (failingSince, isReported) = (null, false);
        }
    }

    /// <summary>True for the first failure after a commit, which is worth a line in the log.</summary>
    public bool Failed()
    {
        lock (gate)
        {
            lastFailedAt = clock.GetTimestamp();
            if (failingSince is not null) return false;
            failingSince = lastFailedAt;
            return true;
        }
    }
}
