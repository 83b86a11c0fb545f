namespace Dispatch.Writing;

/// <summary>
/// Decides when the next batch begins. A commit costs an fsync and a batch costs statements, so writes of the engine wait for company.
/// A caller does not: its batch begins at once, unless the last one began just now.
/// </summary>
/// <param name="callerGap">The shortest time between the beginnings of two batches that callers wait for.</param>
/// <param name="engineGap">The shortest time between two batches that only the engine waits for.</param>
internal sealed class BatchPacing(TimeSpan callerGap, TimeSpan engineGap, TimeProvider clock)
{
    private static readonly TimeSpan MinCommit = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// The shortest time between two batches if a claim is late already. Without it, a host that catches up would claim a few of its
    /// overdue jobs at a time, and spend its time on statements.
    /// </summary>
    private static readonly TimeSpan LateGap = TimeSpan.FromMilliseconds(10);

    /// <summary>The next batch may take twice as long as the recent ones.</summary>
    private const double CommitFactor = 2;

    private readonly long start = clock.GetTimestamp();
    private TimeSpan? began;
    private TimeSpan? engineBegan;
    private double commitMs = MinCommit.TotalMilliseconds;

    /// <summary>How long a batch is expected to take. A claim must begin so long before its job is due.</summary>
    public TimeSpan ExpectedCommit => TimeSpan.FromMilliseconds(Volatile.Read(ref commitMs));

    /// <summary>How long to wait for more writes. Zero: the batch begins now.</summary>
    public TimeSpan Wait(in WaitingWrites waiting)
    {
        var now = Now;
        var callers = waiting.Callers > 0 ? Left(began, callerGap, now) : TimeSpan.MaxValue;
        var engine = EngineWait(waiting, now);
        return callers < engine ? callers : engine;
    }

    /// <summary>True if the batch that begins now takes the engine's writes along: their time has come, or nearly.</summary>
    public bool TakesEngineWrites(in WaitingWrites waiting) => EngineWait(waiting, Now) <= callerGap;

    public void Began(bool withEngineWrites)
    {
        began = Now;
        if (withEngineWrites) engineBegan = began;
    }

    // The expectation rises at once and falls slowly, because a late claim is worse than a small batch.
    public void Ended()
    {
        var ms = (Now - began!.Value).TotalMilliseconds * CommitFactor;
        Volatile.Write(ref commitMs, Math.Max(MinCommit.TotalMilliseconds, Math.Max(ms, commitMs + ((ms - commitMs) / 8))));
    }

    private TimeSpan Now => clock.GetElapsedTime(start);

    private TimeSpan EngineWait(in WaitingWrites waiting, TimeSpan now)
    {
        if (waiting.Engine == 0) return TimeSpan.MaxValue;
        if (waiting.IsFull) return TimeSpan.Zero;

        var wait = Left(engineBegan, engineGap, now);
        if (waiting.UntilDeadline is not { } untilDeadline) return wait;
        if (untilDeadline <= TimeSpan.Zero) return Left(engineBegan, LateGap, now);

        var spare = untilDeadline - ExpectedCommit;
        return spare <= TimeSpan.Zero ? TimeSpan.Zero : spare < wait ? spare : wait;
    }

    private static TimeSpan Left(TimeSpan? since, TimeSpan gap, TimeSpan now)
    {
        var left = since is { } at ? at + gap - now : TimeSpan.Zero;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}

/// <summary>The writes that wait for the next batch.</summary>
/// <param name="Callers">Writes that a caller waits for.</param>
/// <param name="Engine">Writes that only the engine waits for.</param>
/// <param name="UntilDeadline">The time left until the first of them must be durable.</param>
/// <param name="IsFull">The engine's writes fill a batch, so that waiting gains nothing.</param>
internal readonly record struct WaitingWrites(int Callers, int Engine, TimeSpan? UntilDeadline, bool IsFull = false);
