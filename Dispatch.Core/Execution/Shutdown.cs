namespace Dispatch.Execution;

/// <summary>The two steps in which the engine ends.</summary>
internal sealed class Shutdown : IDisposable
{
    private readonly CancellationTokenSource claiming = new();
    private readonly CancellationTokenSource sending = new();

    /// <summary>Cancelled when nothing more may be claimed.</summary>
    public CancellationToken Claiming => claiming.Token;

    /// <summary>Cancelled when even what is on the wire is given up; the next start logs it as interrupted and sends it again.</summary>
    public CancellationToken Sending => sending.Token;

    public void StopClaiming() => claiming.Cancel();

    public void Abort() => sending.Cancel();

    public void Dispose()
    {
        claiming.Dispose();
        sending.Dispose();
    }
}
