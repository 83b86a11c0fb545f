namespace Dispatch.Model;

internal enum CancelOutcome
{
    Cancelled,
    NotScheduled,
    NotFound,
}
