namespace Dispatch.Model;

/// <summary>How a cancellation ended.</summary>
internal enum CancelOutcome
{
    Cancelled,
    NotScheduled,
    NotFound,
}
