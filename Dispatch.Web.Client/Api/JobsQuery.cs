namespace Dispatch.Web.Client.Api;

/// <summary>What the jobs grid asks for; its parts are the query of the page's address and of <c>GET /api/v1/dashboard/jobs</c>.</summary>
public sealed record JobsQuery
{
    public const int DefaultLimit = 25;

    /// <summary>SCHEDULED, FIRING, … or null for all.</summary>
    public string? Status { get; init; }

    public Guid? ProjectId { get; init; }

    /// <summary>Looked for in title, URL and id, upper and lower case the same.</summary>
    public string? Search { get; init; }

    /// <summary>Only jobs whose <c>fireAt</c> is at or after this, RFC 3339 UTC.</summary>
    public string? From { get; init; }

    /// <summary>Only jobs whose <c>fireAt</c> is before this, RFC 3339 UTC.</summary>
    public string? To { get; init; }

    /// <summary>From 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>1 to 100.</summary>
    public int Limit { get; init; } = DefaultLimit;
}
