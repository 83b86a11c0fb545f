using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Job;

/// <summary>Which views are handed on from the host's rendering to the interactive page.</summary>
internal static class KeptView
{
    // It lies in the page's source, twice as long by its encoding, and travels back to the host. Reading again is quicker than a megabyte.
    private const int Longest = 64 * 1024;

    /// <summary>Null for a large one: it is read again instead.</summary>
    public static JobView? OrNull(JobView? view) => view is not null && Length(view) <= Longest ? view : null;

    private static int Length(JobView view) =>
        view.Job.Payload.Utf8.Length + view.Job.WebhookUrl.Length + (view.LastRequest?.Body.Length ?? 0)
        + view.Job.Logs.Sum(entry => (entry.ResponseBody?.Length ?? 0) + (entry.Error?.Length ?? 0));
}
