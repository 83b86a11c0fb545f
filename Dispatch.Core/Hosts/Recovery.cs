namespace Dispatch.Hosts;

/// <param name="Interrupted">Jobs whose attempt was under way. They are sent again.</param>
/// <param name="Freed">Jobs that were only armed.</param>
internal readonly record struct Recovery(int Interrupted, int Freed);
