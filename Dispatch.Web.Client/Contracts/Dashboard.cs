namespace Dispatch.Web.Client.Contracts;

/// <summary>How many jobs stand in each status.</summary>
public sealed record StatusCounts
{
    /// <summary>Waiting for their instant.</summary>
    public required long Scheduled { get; init; }

    /// <summary>Claimed, or on the wire.</summary>
    public required long Firing { get; init; }

    /// <summary>Delivered.</summary>
    public required long Success { get; init; }

    /// <summary>Waiting for a retry.</summary>
    public required long Failed { get; init; }

    /// <summary>Given up after the last attempt.</summary>
    public required long Dead { get; init; }

    /// <summary>Called off.</summary>
    public required long Cancelled { get; init; }
}

/// <summary>What the overview shows: the last 24 hours, and the next one.</summary>
public sealed record Overview
{
    /// <summary>Attempts sent in the last 24 hours.</summary>
    public required long Fired { get; init; }

    /// <summary>The share of them that the receiver answered 2xx, 0 to 1; null when none was sent.</summary>
    public required double? SuccessRate { get; init; }

    /// <summary>Jobs that wait for a retry now.</summary>
    public required long FailedNow { get; init; }

    /// <summary>Jobs that were given up in the last 24 hours.</summary>
    public required long Dead { get; init; }

    /// <summary>Half of the last day's attempts left at most this late, in ms (a histogram bucket's edge); null if none was sent.</summary>
    public required long? LatenessP50Ms { get; init; }

    /// <summary>The same for 99 in 100.</summary>
    public required long? LatenessP99Ms { get; init; }

    /// <summary>Deliveries per hour by outcome: 24 entries, the oldest first, the last one the running hour.</summary>
    public required IReadOnlyList<DeliveryHourDto> Hours { get; init; }

    /// <summary>Attempts due per minute in the next hour: 60 entries, the first one the running minute.</summary>
    public required IReadOnlyList<UpcomingMinute> NextHour { get; init; }

    /// <summary>The jobs that failed last, FAILED and DEAD, newest first, at most 8.</summary>
    public required IReadOnlyList<JobRow> LatestFailures { get; init; }

    /// <summary>What a new account has done already.</summary>
    public required GettingStarted GettingStarted { get; init; }
}

/// <summary>One hour of deliveries.</summary>
public sealed record DeliveryHourDto
{
    /// <summary>When the hour begins, RFC 3339 UTC.</summary>
    public required string From { get; init; }

    /// <summary>Attempts that were answered 2xx.</summary>
    public required long Succeeded { get; init; }

    /// <summary>Attempts that failed.</summary>
    public required long Failed { get; init; }
}

/// <summary>What is due within one minute.</summary>
public sealed record UpcomingMinute
{
    /// <summary>When the minute begins, RFC 3339 UTC.</summary>
    public required string From { get; init; }

    /// <summary>Attempts due in it.</summary>
    public required long Due { get; init; }
}

/// <summary>The steps of the checklist for a new account.</summary>
public sealed record GettingStarted
{
    /// <summary>The account's first project; null when it has none.</summary>
    public required ProjectDto? Project { get; init; }

    /// <summary>Some project has an API key.</summary>
    public required bool HasKey { get; init; }

    /// <summary>The newest job of the account, with which the first webhook is watched; null when there is none.</summary>
    public required JobRow? NewestJob { get; init; }

    /// <summary>Some job was delivered.</summary>
    public required bool HasFired { get; init; }
}

/// <summary>The account's projects with their jobs counted.</summary>
public sealed record ProjectCards
{
    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<ProjectCard> Projects { get; init; }
}

/// <summary>A project at a glance.</summary>
public sealed record ProjectCard
{
    /// <summary>The project.</summary>
    public required ProjectDto Project { get; init; }

    /// <summary>Its jobs by status.</summary>
    public required StatusCounts Counts { get; init; }

    /// <summary>Its API keys.</summary>
    public required int Keys { get; init; }
}

/// <summary>One page of the jobs grid.</summary>
public sealed record JobGrid
{
    /// <summary>The page's jobs, newest first.</summary>
    public required IReadOnlyList<JobRow> Jobs { get; init; }

    /// <summary>Attempts started so far, by the job's id.</summary>
    public required IReadOnlyDictionary<Guid, int> Attempts { get; init; }

    /// <summary>Jobs that match; with <see cref="TotalIsExact"/> false, at least so many.</summary>
    public required long Total { get; init; }

    /// <summary>False where counting was stopped because it would have taken too long.</summary>
    public required bool TotalIsExact { get; init; }

    /// <summary>
    /// A search that ran out of time looked at everything created since this instant, RFC 3339 UTC; null when it looked at everything.
    /// </summary>
    public required string? SearchedSince { get; init; }

    /// <summary>The jobs in sight by status: of the chosen project, or of all; whatever else the filter says.</summary>
    public required StatusCounts Counts { get; init; }
}

/// <summary>Everything the page of a job shows.</summary>
public sealed record JobView
{
    /// <summary>The job with its attempts.</summary>
    public required JobDetails Job { get; init; }

    /// <summary>A host holds its alarm.</summary>
    public required bool IsArmed { get; init; }

    /// <summary>How many attempts may fail before the job is DEAD (<c>Delivery:MaxAttempts</c>).</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>The newest attempt's request, byte for byte as it was sent; null before the first attempt.</summary>
    public required SentRequest? LastRequest { get; init; }
}

/// <summary>A request as it left.</summary>
public sealed record SentRequest
{
    /// <summary>The attempt's number.</summary>
    public required int Attempt { get; init; }

    /// <summary>The headers in the order they were sent. Without the signatures where the secret was rotated since.</summary>
    public required IReadOnlyList<HeaderLine> Headers { get; init; }

    /// <summary>The body.</summary>
    public required string Body { get; init; }

    /// <summary>False: the secret was rotated since, so the signatures cannot be shown.</summary>
    public required bool SignaturesKnown { get; init; }
}

/// <summary>One header.</summary>
/// <param name="Name">The name as it was sent.</param>
/// <param name="Value">The value.</param>
public sealed record HeaderLine(string Name, string Value);

/// <summary>A project's test endpoint and what it received.</summary>
public sealed record Inbox
{
    /// <summary>The endpoint's whole address.</summary>
    public required string Url { get; init; }

    /// <summary>What it answers.</summary>
    public required InboxAnswer Answer { get; init; }

    /// <summary>The last 100 requests, newest first.</summary>
    public required IReadOnlyList<InboxRequest> Requests { get; init; }
}

/// <summary>What a test endpoint answers.</summary>
public sealed record InboxAnswer
{
    /// <summary>The HTTP status, 200 to 599.</summary>
    public required int Status { get; init; }

    /// <summary>How long it waits before it answers, 0 to 60,000 ms.</summary>
    public required int DelayMs { get; init; }
}

/// <summary>A request that a test endpoint received.</summary>
public sealed record InboxRequest
{
    /// <summary>Its id, a UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it arrived, RFC 3339 UTC.</summary>
    public required string ReceivedAt { get; init; }

    /// <summary>The HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>Its headers.</summary>
    public required IReadOnlyList<HeaderLine> Headers { get; init; }

    /// <summary>Its body as text, the first 256 KiB.</summary>
    public required string Body { get; init; }

    /// <summary>True where the body was longer.</summary>
    public required bool BodyIsCut { get; init; }

    /// <summary>Whether both signatures hold for this project's secret.</summary>
    public required SignatureCheck Signature { get; init; }

    /// <summary>The job named in the body; null where it names none.</summary>
    public required Guid? JobId { get; init; }

    /// <summary>The status it was answered with.</summary>
    public required int AnsweredStatus { get; init; }
}

/// <summary>How a signature check ended.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<SignatureCheck>))]
public enum SignatureCheck
{
    /// <summary>Both signatures hold, and the timestamp was within five minutes.</summary>
    Valid,

    /// <summary>There are signatures, and at least one does not hold.</summary>
    Invalid,

    /// <summary>The request has none.</summary>
    Missing,
}
