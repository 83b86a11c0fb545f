namespace Dispatch.Model;

/// <summary>This process as a <see cref="Host"/>.</summary>
internal sealed class HostIdentity
{
    public Guid Id { get; } = Guid.CreateVersion7();

    public string Name { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";
}
