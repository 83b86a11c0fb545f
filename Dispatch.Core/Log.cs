using Microsoft.Extensions.Logging;

namespace Dispatch;

/// <summary>Every message of the engine, with its event id. Keys, secrets, payloads and URLs are never among the values.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The database does not take writes; {Writes} writes were not stored")]
    public static partial void StoreUnavailable(ILogger logger, int writes, Exception exception);

    [LoggerMessage(2, LogLevel.Debug, "A batch of {Writes} writes failed and is carried out in parts")]
    public static partial void BatchSplit(ILogger logger, int writes, Exception exception);

    [LoggerMessage(25, LogLevel.Debug, "A batch of {Writes} writes met another transaction and is carried out again")]
    public static partial void BatchConflict(ILogger logger, int writes, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "{Write} could not be stored")]
    public static partial void WriteFailed(ILogger logger, string write, Exception exception);

    [LoggerMessage(40, LogLevel.Warning, "{Row} is locked by another transaction; its write waits, the others go on")]
    public static partial void RowLocked(ILogger logger, string row);

    [LoggerMessage(41, LogLevel.Error, "Nothing could be stored for {Patience}; this host claims no more jobs until it can")]
    public static partial void WriterStalled(ILogger logger, TimeSpan patience);

    [LoggerMessage(42, LogLevel.Information, "The database takes writes again after {Outage}; this host claims jobs again")]
    public static partial void WriterRecovered(ILogger logger, TimeSpan outage);

    [LoggerMessage(43, LogLevel.Warning, "{Write} was not stored: the database does not take writes, or a row is locked")]
    public static partial void SingleWriteUnavailable(ILogger logger, string write, Exception exception);

    [LoggerMessage(
        4,
        LogLevel.Information,
        "Recovered from {Host}: {Interrupted} interrupted attempts will be sent again, {Freed} armed jobs are free")]
    public static partial void Recovered(ILogger logger, string host, int interrupted, int freed);

    [LoggerMessage(5, LogLevel.Information, "Gave back {Jobs} armed jobs and {Interrupted} whose attempts were cut off")]
    public static partial void GaveBack(ILogger logger, int jobs, int interrupted);

    [LoggerMessage(6, LogLevel.Warning, "Armed jobs could not be given back; the next start frees them")]
    public static partial void NotGivenBack(ILogger logger, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "This host could not tell the database that it lives; trying again in a second")]
    public static partial void HeartbeatFailed(ILogger logger, Exception exception);

    [LoggerMessage(8, LogLevel.Warning, "What a dead host held could not be taken over; trying again in a second")]
    public static partial void RecoveryFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        36,
        LogLevel.Information,
        "This host could not lock a file in its state or temporary folder; "
            + "started again after a crash, it goes on after 8 s instead of at once")]
    public static partial void NoHostLock(ILogger logger, Exception exception);

    [LoggerMessage(44, LogLevel.Warning, "The payload of job {JobId} could not be read; its delivery waits until the database answers")]
    public static partial void PayloadNotRead(ILogger logger, Guid jobId, Exception exception);

    [LoggerMessage(9, LogLevel.Warning, "Tidying up failed; the next round tries again")]
    public static partial void MaintenanceFailed(ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Error, "The alarm of job {JobId} could not be set; the sweeper will set it again")]
    public static partial void AlarmNotSet(ILogger logger, Guid jobId, Exception exception);

    [LoggerMessage(11, LogLevel.Error, "The alarm {Alarm} rang but could not be taken; the sweeper will set it again")]
    public static partial void AlarmNotTaken(ILogger logger, string alarm, Exception exception);

    [LoggerMessage(12, LogLevel.Warning, "The state of an alarm could not be written to Hangfire's storage")]
    public static partial void HangfireStateNotWritten(ILogger logger, Exception exception);

    [LoggerMessage(13, LogLevel.Warning, "A sweep failed; the next one tries again")]
    public static partial void SweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(14, LogLevel.Warning, "Deliveries on the wire did not finish within {Drain}; they are given up and will be sent again")]
    public static partial void DrainTimedOut(ILogger logger, TimeSpan drain);

    [LoggerMessage(15, LogLevel.Warning, "The warm-up of a delivery failed")]
    public static partial void WarmUpFailed(ILogger logger, Exception exception);

    [LoggerMessage(16, LogLevel.Warning, "The live feed could not find out whom a change concerns; every page reads again")]
    public static partial void FeedFailed(ILogger logger, Exception exception);

    [LoggerMessage(17, LogLevel.Warning, "A listener of the live feed failed")]
    public static partial void ListenerFailed(ILogger logger, Exception exception);

    [LoggerMessage(
        30,
        LogLevel.Warning,
        "Redis does not answer ({Reason}); until it does, pages learn of other hosts' changes from the database, within 2 s")]
    public static partial void RedisAway(ILogger logger, string reason);

    [LoggerMessage(31, LogLevel.Information, "Redis answers again")]
    public static partial void RedisBack(ILogger logger);

    [LoggerMessage(32, LogLevel.Warning, "A message on the channel between the hosts could not be read")]
    public static partial void RelayMessageNotRead(ILogger logger, Exception exception);

    [LoggerMessage(33, LogLevel.Warning, "What other hosts changed could not be looked up; trying again every second")]
    public static partial void ChangesNotRead(ILogger logger, Exception exception);

    [LoggerMessage(
        20,
        LogLevel.Debug,
        "Job {JobId} attempt {Attempt}: delivered, {StatusCode} after {DurationMs} ms, {LatenessMs} ms late")]
    public static partial void Delivered(ILogger logger, Guid jobId, int attempt, int? statusCode, long durationMs, long latenessMs);

    [LoggerMessage(
        21,
        LogLevel.Information,
        "Job {JobId} attempt {Attempt}: failed, {StatusCode} after {DurationMs} ms; the job is {Status}")]
    public static partial void AttemptFailed(ILogger logger, Guid jobId, int attempt, int? statusCode, long durationMs, string status);

    [LoggerMessage(22, LogLevel.Warning, "Job {JobId} attempt {Attempt}: the outcome belongs to a claim this host has lost")]
    public static partial void ClaimLost(ILogger logger, Guid jobId, int attempt);

    [LoggerMessage(
        24,
        LogLevel.Warning,
        "Job {JobId} attempt {Attempt} is not sent: this host was out of touch for too long, and another may have taken the job over")]
    public static partial void LeaseLost(ILogger logger, Guid jobId, int attempt);

    [LoggerMessage(23, LogLevel.Error, "Job {JobId}: the delivery broke off")]
    public static partial void DeliveryBroke(ILogger logger, Guid jobId, Exception exception);

    [LoggerMessage(
        60,
        LogLevel.Warning,
        "This host has run out of {Missing}, so deliveries wait until there are some; that is no attempt of theirs. Remedy: {Remedy}")]
    public static partial void HostShort(ILogger logger, string missing, string remedy);

    [LoggerMessage(61, LogLevel.Information, "This host has enough {Missing} again")]
    public static partial void HostShortNoMore(ILogger logger, string missing);

    [LoggerMessage(
        62,
        LogLevel.Warning,
        "This host may have {Limit} file descriptors, which is enough for {Places} deliveries at once instead of {MaxConcurrency}. Remedy: "
            + "raise the limit (ulimit -n, LimitNOFILE), or lower Delivery:MaxConcurrency")]
    public static partial void FewDescriptors(ILogger logger, int limit, int places, int maxConcurrency);

    [LoggerMessage(18, LogLevel.Warning, "Hangfire's storage does not answer; it is tried again every second")]
    public static partial void AlarmsUnavailable(ILogger logger, Exception exception);

    [LoggerMessage(19, LogLevel.Information, "Cleared {Alarms} alarms that hosts left which are gone")]
    public static partial void OrphanedAlarmsCleared(ILogger logger, int alarms);

    [LoggerMessage(
        34,
        LogLevel.Warning,
        "What hosts that are gone left in Hangfire's storage could not be cleared; the next call tries again")]
    public static partial void OrphanedAlarmsNotCleared(ILogger logger, Exception exception);

    [LoggerMessage(37, LogLevel.Information, "Another host is updating the database; this one waits until that is done")]
    public static partial void WaitsForOtherSetup(ILogger logger);

    [LoggerMessage(38, LogLevel.Information, "PostgreSQL is behind a connection pooler, so no statements are prepared")]
    public static partial void Pooled(ILogger logger);

    [LoggerMessage(
        39,
        LogLevel.Warning,
        "Through the connection pooler this host cannot limit how long its transactions may stand still. If it stands still in one, other "
            + "hosts wait for it. Once, as the role's owner: {Statement}")]
    public static partial void NoIdleLimit(ILogger logger, string statement);

    [LoggerMessage(
        35,
        LogLevel.Warning,
        "Readers wait for writers in this database, so pages and deliveries hold each other up. Once, while no host runs: {Statement}")]
    public static partial void ReadersWait(ILogger logger, string statement);
}
