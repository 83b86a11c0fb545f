namespace Dispatch.Settings;

/// <summary>The folder at which relative paths start.</summary>
internal sealed record ContentRoot(string Path);
