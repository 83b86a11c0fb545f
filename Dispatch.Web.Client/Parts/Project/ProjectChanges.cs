using Dispatch.Web.Client.Live;

namespace Dispatch.Web.Client.Parts.Project;

internal static class ProjectChanges
{
    /// <summary>Something of this kind changed in the project, or may have.</summary>
    public static bool Concerns(this ChangeBatch batch, Guid projectId, params ReadOnlySpan<ChangeKind> kinds)
    {
        if (batch.Invalidate) return true;
        foreach (var change in batch.Changes)
        {
            if (change.ProjectId == projectId && kinds.Contains(change.Kind)) return true;
        }

        return false;
    }
}
