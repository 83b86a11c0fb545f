using Dispatch.Model;

namespace Dispatch.Writing;

/// <summary>A job that this host has claimed: its row after the claim, and the encrypted secrets that sign its delivery.</summary>
/// <param name="PreviousSecretExpiresAt">Until then both secrets sign. Milliseconds since the Unix epoch, UTC.</param>
internal sealed record ClaimedJob(Job Row, string SecretCipher, string? PreviousSecretCipher, long? PreviousSecretExpiresAt)
{
    /// <summary>The term of the host's lease at the time of the claim. The job is sent only while that term lasts.</summary>
    public int Term { get; init; }

    /// <summary>
    /// The length of the job's <see cref="BigPayload"/>, which the claim left out, because those of all claimed jobs would take gigabytes.
    /// 0: the row has the payload.
    /// </summary>
    public int BigPayloadBytes { get; init; }

    public Guid Id => Row.Id;

    public Guid ProjectId => Row.ProjectId;

    public int Attempt => Row.Attempt;

    /// <summary>When this attempt is due: <c>fireAt</c>, or the retry's instant. Milliseconds since the Unix epoch, UTC.</summary>
    public long DueAt => Row.NextAttemptAt!.Value;
}
