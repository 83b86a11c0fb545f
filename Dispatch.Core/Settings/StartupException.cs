namespace Dispatch.Settings;

/// <summary>The host cannot start; the message is for the operator and names the setting.</summary>
internal sealed class StartupException(string message) : Exception(message);
