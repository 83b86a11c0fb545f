namespace Dispatch.Model;

/// <summary>How one attempt ended.</summary>
public enum AttemptStatus
{
    /// <summary>The receiver answered 2xx.</summary>
    Success,

    /// <summary>Any other answer, a connection or TLS error, or the time limit.</summary>
    Failed,

    /// <summary>The host died while the attempt was its own; it is not counted against the ladder.</summary>
    Interrupted,
}
