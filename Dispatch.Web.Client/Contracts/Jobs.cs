using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Dispatch.Web.Client.Contracts;

/// <summary>A webhook to deliver.</summary>
public sealed record JobRequest
{
    /// <summary>A name for people, 1 to 200 characters after trimming. It is part of the delivery.</summary>
    public required string Title { get; init; }

    /// <summary>
    /// Absolute http or https URL, at most 2,048 characters, without user name and password. Private and local destinations are refused.
    /// </summary>
    public required string WebhookUrl { get; init; }

    /// <summary>
    /// The instant of delivery: RFC 3339 in UTC, <c>YYYY-MM-DDTHH:MM:SS[.fraction]Z</c>, in the future. Digits beyond milliseconds are cut.
    /// </summary>
    public required string FireAt { get; init; }

    /// <summary>
    /// The JSON object to deliver, byte for byte as it is sent here. At most 256 KiB unless the installation says otherwise, at most 64
    /// levels deep. Default <c>{}</c>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RawJson? Payload { get; init; }
}

/// <summary>A project as a job names it.</summary>
public sealed record ProjectName
{
    /// <summary>The project's id, a UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The project's name.</summary>
    public required string Name { get; init; }
}

/// <summary>What a job and its row in a list have in common.</summary>
// In the order of the documentation: the head of every job, the payload, the rest, then the fields of some answers only.
public abstract record JobFields
{
    /// <summary>The job's id, a UUID; the receiver's idempotency key.</summary>
    [JsonPropertyOrder(-1)]
    public required Guid Id { get; init; }

    /// <summary>The project it belongs to, a UUID.</summary>
    [JsonPropertyOrder(-1)]
    public required Guid ProjectId { get; init; }

    /// <summary>The name for people, trimmed.</summary>
    [JsonPropertyOrder(-1)]
    public required string Title { get; init; }

    /// <summary>Where the delivery goes.</summary>
    [JsonPropertyOrder(-1)]
    public required string WebhookUrl { get; init; }

    /// <summary>The instant that was asked for, RFC 3339 UTC with milliseconds.</summary>
    public required string FireAt { get; init; }

    /// <summary>SCHEDULED, FIRING, SUCCESS, FAILED (a retry is armed), DEAD (no retry left) or CANCELLED.</summary>
    public required string Status { get; init; }

    /// <summary>Failed attempts that led to a retry.</summary>
    public required int RetryCount { get; init; }

    /// <summary>When the next attempt is due, RFC 3339 UTC; null while FIRING and once the job is final.</summary>
    public required string? NextAttemptAt { get; init; }

    /// <summary>When the job was accepted, RFC 3339 UTC.</summary>
    public required string CreatedAt { get; init; }

    /// <summary>When its status last changed, RFC 3339 UTC.</summary>
    public required string UpdatedAt { get; init; }
}

/// <summary>A job.</summary>
public record JobDto : JobFields
{
    /// <summary>The JSON object that is delivered, byte for byte as it was sent.</summary>
    public required RawJson Payload { get; init; }
}

/// <summary>A job with its project and its attempts.</summary>
public sealed record JobDetails : JobDto
{
    /// <summary>For readers of JSON.</summary>
    [JsonConstructor]
    public JobDetails()
    {
    }

    /// <summary>The same job, with what belongs to it.</summary>
    [SetsRequiredMembers]
    public JobDetails(JobDto job)
        : base(job) => (Project, Logs) = (null!, null!);   // set by the initialiser

    /// <summary>The project it belongs to.</summary>
    [JsonPropertyOrder(1)]
    public required ProjectName Project { get; init; }

    /// <summary>Its attempts, newest first.</summary>
    [JsonPropertyOrder(1)]
    public required IReadOnlyList<LogEntry> Logs { get; init; }
}

/// <summary>A job in a list: without its payload, with its project's name.</summary>
public sealed record JobRow : JobFields
{
    /// <summary>The project it belongs to.</summary>
    [JsonPropertyOrder(1)]
    public required ProjectName Project { get; init; }
}

/// <summary>One attempt to deliver a job.</summary>
public sealed record LogEntry
{
    /// <summary>The entry's id, a UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The attempt's number, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>SUCCESS (the receiver answered 2xx), FAILED, or INTERRUPTED (the host died meanwhile; the job is sent again).</summary>
    public required string Status { get; init; }

    /// <summary>The receiver's HTTP status; null when none arrived.</summary>
    public required int? ResponseCode { get; init; }

    /// <summary>The first 16 KiB of the receiver's answer as text; null when none arrived.</summary>
    public required string? ResponseBody { get; init; }

    /// <summary>Why the attempt failed; null when it did not.</summary>
    public required string? Error { get; init; }

    /// <summary>Milliseconds from sending to the end of the answer; null when interrupted.</summary>
    public required long? DurationMs { get; init; }

    /// <summary>Milliseconds between the due time and the sending; null when interrupted.</summary>
    public required long? LatenessMs { get; init; }

    /// <summary>When the attempt was sent, RFC 3339 UTC.</summary>
    public required string FiredAt { get; init; }
}

/// <summary>One page of jobs, newest first.</summary>
public sealed record JobList
{
    /// <summary>The page's jobs.</summary>
    public required IReadOnlyList<JobRow> Jobs { get; init; }

    /// <summary>Where this page stands.</summary>
    public required Pagination Pagination { get; init; }
}

/// <summary>Where a page stands in its list.</summary>
public sealed record Pagination
{
    /// <summary>Entries in the whole list.</summary>
    public required int Total { get; init; }

    /// <summary>This page's number, from 1.</summary>
    public required int Page { get; init; }

    /// <summary>Entries per page, 1 to 100.</summary>
    public required int Limit { get; init; }

    /// <summary>Pages in the whole list; 0 when it is empty.</summary>
    public required int TotalPages { get; init; }
}
