namespace Dispatch.Fairness;

/// <summary>Lets one piece of work in. Disposing it returns it to the limiter; a second time does nothing.</summary>
internal sealed class Permit : IDisposable
{
    private readonly Share share;
    private readonly int size;
    private FairLimiter? limiter;

    internal Permit(FairLimiter limiter, Share share, int size) => (this.limiter, this.share, this.size) = (limiter, share, size);

    public void Dispose() => Interlocked.Exchange(ref limiter, null)?.Leave(share, size);
}
