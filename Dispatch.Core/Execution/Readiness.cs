namespace Dispatch.Execution;

/// <summary>Whether this host takes work: it has recovered, and is not stopping.</summary>
public sealed class Readiness
{
    private volatile bool open;

    public bool IsOpen => open;

    internal void Open() => open = true;

    internal void Close() => open = false;
}
