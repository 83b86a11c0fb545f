namespace Dispatch.Model;

/// <summary>This process. Each start gets a new id; otherwise it would take an earlier start's jobs for its own.</summary>
internal sealed class HostIdentity
{
    public Guid Id { get; } = Guid.CreateVersion7();

    public string Name { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";
}
