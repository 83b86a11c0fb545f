namespace Dispatch.Model;

/// <summary>Who this process is. A new id at every start.</summary>
internal sealed class HostIdentity
{
    public Guid Id { get; } = Guid.CreateVersion7();

    public string Name { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";
}
