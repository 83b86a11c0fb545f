namespace Dispatch.Fairness;

/// <summary>Lets one delivery in. Disposing it returns it to the limiter; a second time does nothing.</summary>
internal sealed class Permit(FairLimiter gate, Guid projectId, string destination) : IDisposable
{
    private FairLimiter? gate = gate;

    public void Dispose() => Interlocked.Exchange(ref gate, null)?.Leave(projectId, destination);
}
