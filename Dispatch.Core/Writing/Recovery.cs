namespace Dispatch.Writing;

/// <summary>What was freed of what a host had held.</summary>
/// <param name="Interrupted">Attempts that were under way; their jobs are sent again.</param>
/// <param name="Freed">Jobs that were only armed.</param>
internal readonly record struct Recovery(int Interrupted, int Freed);
