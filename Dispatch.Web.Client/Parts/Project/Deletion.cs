using System.Globalization;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Project;

/// <summary>Says what goes with a project.</summary>
internal static class Deletion
{
    public static string Consequence(StatusCounts counts) => counts.Sum() switch
    {
        0 => "It has no jobs; its keys, its signing secret and its inbox go with it.",
        1 => $"1 job goes with it, log included. {Waiting(Pending(counts))}",
        var total => $"{Text(total)} jobs go with it, logs included. {Waiting(Pending(counts))}",
    };

    // FAILED waits for a retry; DEAD does not.
    private static long Pending(StatusCounts counts) => counts.Scheduled + counts.Failed;

    private static string Waiting(long pending) => pending switch
    {
        0 => "Nothing is waiting to be sent.",
        1 => "1 is waiting to be sent: it is cancelled.",
        _ => $"{Text(pending)} are waiting to be sent: they are cancelled.",
    };

    private static string Text(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
