namespace Dispatch.Settings;

/// <summary>Where relative paths start.</summary>
internal sealed record ContentRoot(string Path);
