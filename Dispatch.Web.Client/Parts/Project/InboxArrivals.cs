using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Project;

internal static class InboxArrivals
{
    /// <summary>What a screen reader says of the requests that are new; null where none is.</summary>
    public static string? Summary(IReadOnlyList<InboxRequest> before, IReadOnlyList<InboxRequest> now)
    {
        var known = before.Select(request => request.Id).ToHashSet();
        var added = now.Where(request => !known.Contains(request.Id)).ToList();
        return added switch
        {
            [] => null,
            [var one] =>
                $"A {one.Method} request arrived, signature {one.Signature.ToString().ToLowerInvariant()}, answered {one.AnsweredStatus}.",
            [..] => $"{added.Count} requests arrived.",
        };
    }
}
