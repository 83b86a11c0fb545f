namespace Dispatch.Fairness;

/// <summary>How much a <see cref="FairLimiter"/> admits at once: places, or bytes.</summary>
/// <param name="PerDestination">For one destination of one account.</param>
internal sealed record FairLimits(int Total, int PerAccount, int PerDestination, int PerProject)
{
    /// <summary>A limit in all; each account's share of it is the only other limit.</summary>
    public FairLimits(int total)
        : this(total, total, total, total)
    {
    }
}
