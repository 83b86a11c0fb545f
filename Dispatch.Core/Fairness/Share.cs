namespace Dispatch.Fairness;

/// <summary>Who asks a <see cref="FairLimiter"/> for room, and what for.</summary>
/// <param name="Destination">Where the work goes, such as <c>host:port</c>; accounts never share one.</param>
internal readonly record struct Share(Guid AccountId, Guid ProjectId, string Destination)
{
    /// <summary>Work of an account that belongs to no project and goes nowhere.</summary>
    public static Share Of(Guid accountId) => new(accountId, Guid.Empty, "");
}
