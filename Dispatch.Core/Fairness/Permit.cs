namespace Dispatch.Fairness;

/// <summary>A place behind the gate; disposing gives it back, once.</summary>
internal sealed class Permit(FairLimiter gate, Guid projectId, string destination) : IDisposable
{
    private FairLimiter? gate = gate;

    public void Dispose() => Interlocked.Exchange(ref gate, null)?.Leave(projectId, destination);
}
