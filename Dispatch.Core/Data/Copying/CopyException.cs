namespace Dispatch.Data.Copying;

/// <summary>The copy cannot start or continue; the message is for the operator.</summary>
internal sealed class CopyException(string message, Exception? cause = null) : Exception(message, cause);
