namespace Dispatch.Model;

/// <summary>How one attempt ended.</summary>
public enum AttemptStatus
{
    /// <summary>The receiver answered 2xx.</summary>
    Success,

    /// <summary>Any other answer, a connection or TLS error, or the time limit.</summary>
    Failed,

    /// <summary>The host died during the attempt, which does not count against the ladder.</summary>
    Interrupted,
}
