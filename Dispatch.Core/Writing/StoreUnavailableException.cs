namespace Dispatch.Writing;

/// <summary>The database does not take writes at the moment (locked, full, gone). Callers may try again; the API answers 503.</summary>
internal sealed class StoreUnavailableException(string message, Exception inner) : Exception(message, inner);
