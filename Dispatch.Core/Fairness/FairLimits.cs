namespace Dispatch.Fairness;

/// <summary>How many deliveries a <see cref="FairLimiter"/> admits at once.</summary>
internal sealed record FairLimits(int Total, int PerDestination, int PerProject);
