namespace Dispatch.Data.Moving;

/// <summary>A move that cannot be begun or carried on; the message is for the operator.</summary>
internal sealed class MoveException(string message, Exception? cause = null) : Exception(message, cause);
