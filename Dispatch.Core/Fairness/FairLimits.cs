namespace Dispatch.Fairness;

/// <summary>How many deliveries may be inside at once.</summary>
internal sealed record FairLimits(int Total, int PerDestination, int PerProject);
