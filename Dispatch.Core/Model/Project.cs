namespace Dispatch.Model;

/// <summary>A set of jobs with keys and a signing secret of its own. Times are milliseconds since the Unix epoch, UTC.</summary>
internal sealed class Project
{
    public Guid Id { get; init; }

    public Guid AccountId { get; init; }

    public required string Name { get; set; }

    /// <summary>The signing secret (<c>whsec_…</c>), encrypted with the host's data protection keys.</summary>
    public required string SecretCipher { get; set; }

    /// <summary>The secret before the last rotation; it signs beside the new one until <see cref="PreviousSecretExpiresAt"/>.</summary>
    public string? PreviousSecretCipher { get; set; }

    public long? PreviousSecretExpiresAt { get; set; }

    public required string InboxToken { get; init; }

    /// <summary>The HTTP status that the inbox answers, 200 to 599.</summary>
    public int InboxStatus { get; set; } = 200;

    /// <summary>How long the inbox waits before it answers, 0 to 60,000 ms.</summary>
    public int InboxDelayMs { get; set; }

    public long CreatedAt { get; init; }

    /// <summary>Set when the owner deletes it. Then no call finds it, its jobs are not claimed, and maintenance purges it.</summary>
    public long? DeletedAt { get; set; }
}
