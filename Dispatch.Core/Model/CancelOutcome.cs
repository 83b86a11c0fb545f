namespace Dispatch.Model;

internal enum CancelOutcome
{
    NotFound,
    Cancelled,
    NotScheduled,
}
