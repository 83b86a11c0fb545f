namespace Dispatch.Web.Connections;

/// <summary>Says once a minute at most, per reason, what clients did: a flood must not fill the log.</summary>
internal sealed partial class ConnectionLog(ILogger<ConnectionLog> logger, TimeProvider clock)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, (int Unsaid, long SaidAt)> reasons = [];

    /// <summary>A connection came when the limit was reached.</summary>
    public void TooMany(string setting, int limit)
    {
        if (CountOf(setting) is { } count) LogTooMany(logger, setting, limit, count);
    }

    /// <summary>A client took nothing of its answer for too long.</summary>
    public void Unread(TimeSpan limit)
    {
        if (CountOf("unread") is { } count) LogUnread(logger, count, limit);
    }

    // Null: it was said a short while ago, and the next line counts this one.
    private int? CountOf(string reason)
    {
        lock (gate)
        {
            var (unsaid, saidAt) = reasons.GetValueOrDefault(reason);
            if (saidAt != 0 && clock.GetElapsedTime(saidAt) < Quiet)
            {
                reasons[reason] = (unsaid + 1, saidAt);
                return null;
            }

            reasons[reason] = (0, clock.GetTimestamp());
            return unsaid + 1;
        }
    }

    [LoggerMessage(
        EventId = 430,
        Level = LogLevel.Warning,
        Message = "{Setting} of {Limit} was reached by {Count} connections; connections that were idle, or new ones, are closed")]
    private static partial void LogTooMany(ILogger logger, string setting, int limit, int count);

    [LoggerMessage(
        EventId = 431,
        Level = LogLevel.Warning,
        Message = "{Count} connections were closed: their clients took none of an answer for {Limit} (Limits:UnreadAnswerTimeout)")]
    private static partial void LogUnread(ILogger logger, int count, TimeSpan limit);
}
