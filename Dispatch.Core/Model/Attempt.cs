namespace Dispatch.Model;

/// <summary>One attempt to deliver a job; append-only. Times are milliseconds, instants since the Unix epoch, UTC.</summary>
internal sealed class Attempt
{
    public Guid Id { get; init; }

    public Guid JobId { get; init; }

    /// <summary>From 1, in the order of the claims.</summary>
    public int Number { get; init; }

    public AttemptStatus Status { get; init; }

    /// <summary>The receiver's HTTP status; null if none arrived.</summary>
    public int? ResponseCode { get; init; }

    /// <summary>The first 16 KiB of the answer's body, as text.</summary>
    public string? ResponseBody { get; init; }

    public string? Error { get; init; }

    /// <summary>From sending to the end of the answer; null if interrupted.</summary>
    public long? DurationMs { get; init; }

    /// <summary>How long after its due time the attempt was sent; null if interrupted.</summary>
    public long? LatenessMs { get; init; }

    /// <summary>When the attempt was sent; if it was interrupted, when it was claimed.</summary>
    public long FiredAt { get; init; }

    /// <summary>The same attempt without the answer's body.</summary>
    public Attempt WithoutBody(string error) => new()
    {
        Id = Id,
        JobId = JobId,
        Number = Number,
        Status = Status,
        ResponseCode = ResponseCode,
        Error = error,
        DurationMs = DurationMs,
        LatenessMs = LatenessMs,
        FiredAt = FiredAt,
    };
}
