using Dispatch.Web.Client.Live;
using Dispatch.Writing;

namespace Dispatch.Web.Live;

/// <summary>From the engine's feed to the pages'.</summary>
internal static class FeedMapping
{
    /// <summary>Null: no single thing changed; look again.</summary>
    public static ChangeKind? ToChangeKind(this FeedKind kind) => kind switch
    {
        FeedKind.Job => ChangeKind.Job,
        FeedKind.Project => ChangeKind.Project,
        FeedKind.Inbox => ChangeKind.Inbox,
        FeedKind.Invalidate => null,
    };
}
