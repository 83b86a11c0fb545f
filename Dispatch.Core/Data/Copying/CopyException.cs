namespace Dispatch.Data.Copying;

/// <summary>A move that cannot be begun or carried on; the message is for the operator.</summary>
internal sealed class CopyException(string message, Exception? cause = null) : Exception(message, cause);
