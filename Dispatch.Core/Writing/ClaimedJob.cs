namespace Dispatch.Writing;

/// <summary>A job this host has claimed: all that one attempt needs. Times are milliseconds since the Unix epoch, UTC.</summary>
/// <param name="DueAt">When this attempt is due: <c>fireAt</c>, or the retry's instant.</param>
/// <param name="Attempt">This attempt's number, from 1.</param>
/// <param name="RetryCount">Failed attempts before this one.</param>
/// <param name="SecretCipher">The project's signing secret, encrypted.</param>
/// <param name="PreviousSecretCipher">The secret before the last rotation, encrypted.</param>
internal sealed record ClaimedJob(
    Guid Id,
    Guid ProjectId,
    string Title,
    string WebhookUrl,
    byte[] Payload,
    long DueAt,
    int Attempt,
    int RetryCount,
    string SecretCipher,
    string? PreviousSecretCipher,
    long? PreviousSecretExpiresAt)
{
    /// <summary>Of the host's lease when it claimed the job; sent only while that lasts.</summary>
    public int Term { get; init; }
}
