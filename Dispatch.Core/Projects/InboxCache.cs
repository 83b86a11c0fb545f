namespace Dispatch.Projects;

/// <summary>What an incoming request needs of its project, as the database has it.</summary>
internal sealed record InboxRow(
    Guid ProjectId,
    Guid AccountId,
    int Status,
    int DelayMs,
    string SecretCipher,
    string? PreviousSecretCipher,
    long? PreviousSecretExpiresAt);

/// <summary>
/// Caches inboxes, by their token, until one is changed. Other hosts change inboxes too, so only SQLite's, which has one host, may be used
/// as they are; the others are known to exist.
/// </summary>
internal sealed class InboxCache() : EpochCache<string, InboxRow>(limit: 10_000);
