namespace Dispatch.Web.Client.Contracts;

/// <summary>A project to create, or its new name.</summary>
public sealed record ProjectRequest
{
    /// <summary>1 to 200 characters after trimming.</summary>
    public required string Name { get; init; }
}

/// <summary>A project.</summary>
public sealed record ProjectDto
{
    /// <summary>The project's id, a UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The project's name.</summary>
    public required string Name { get; init; }

    /// <summary>When it was created, RFC 3339 UTC.</summary>
    public required string CreatedAt { get; init; }
}

/// <summary>All projects of an account, oldest first.</summary>
public sealed record ProjectList
{
    /// <summary>The projects.</summary>
    public required IReadOnlyList<ProjectDto> Projects { get; init; }
}

/// <summary>A key to create.</summary>
public sealed record KeyRequest
{
    /// <summary>What the key is for, 1 to 200 characters after trimming.</summary>
    public required string Label { get; init; }
}

/// <summary>A new key: the only time that <c>key</c> is seen.</summary>
public sealed record NewKeyDto
{
    /// <summary>The key's id, a UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>What the key is for.</summary>
    public required string Label { get; init; }

    /// <summary>The key's last four characters.</summary>
    public required string LastFour { get; init; }

    /// <summary>When it was created, RFC 3339 UTC.</summary>
    public required string CreatedAt { get; init; }

    /// <summary>The key for the header <c>x-api-key</c>: <c>sk_</c> and 64 hexadecimal characters. Keep it; it is not stored.</summary>
    public required string Key { get; init; }
}

/// <summary>A key as it is listed.</summary>
public sealed record KeyDto
{
    /// <summary>The key's id, a UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>What the key is for.</summary>
    public required string Label { get; init; }

    /// <summary>The key's last four characters.</summary>
    public required string LastFour { get; init; }

    /// <summary>When it was created, RFC 3339 UTC.</summary>
    public required string CreatedAt { get; init; }

    /// <summary>When it was last used, RFC 3339 UTC; null when never.</summary>
    public required string? LastUsedAt { get; init; }
}

/// <summary>All keys of a project, oldest first.</summary>
public sealed record KeyList
{
    /// <summary>The keys.</summary>
    public required IReadOnlyList<KeyDto> Keys { get; init; }
}

/// <summary>The secret that signs a project's deliveries.</summary>
public sealed record SigningSecretDto
{
    /// <summary><c>whsec_</c> and the base64 of 32 random bytes (Standard Webhooks).</summary>
    public required string Secret { get; init; }

    /// <summary>Until when the secret before the last rotation signs as well, RFC 3339 UTC; null when none does.</summary>
    public required string? PreviousExpiresAt { get; init; }
}
