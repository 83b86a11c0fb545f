namespace Dispatch.Model;

internal enum MoveOutcome
{
    NotFound,
    Moved,

    /// <summary>The job is claimed, or its status is final.</summary>
    NotPending,
}
