namespace Dispatch.Model;

/// <summary>A request to a project's inbox, as it was sent. Its texts come from strangers: pages must not treat them as markup.</summary>
internal sealed class ReceivedRequest
{
    /// <summary>Requests that a project keeps; a new one replaces the oldest.</summary>
    public const int MaxPerProject = 100;

    public const int MaxStoredBytes = 256 * 1024;

    /// <summary>Characters; a longer method is cut, because HTTP sets no limit.</summary>
    public const int MaxMethod = 32;

    public Guid Id { get; init; }

    public Guid ProjectId { get; init; }

    /// <summary>Milliseconds since the Unix epoch, UTC.</summary>
    public long ReceivedAt { get; init; }

    public required string Method { get; init; }

    /// <summary>A JSON array of <c>{"name": …, "value": …}</c>.</summary>
    public required string Headers { get; init; }

    /// <summary>The first <see cref="MaxStoredBytes"/>.</summary>
    public required byte[] Body { get; init; }

    public bool BodyIsCut { get; init; }

    /// <summary>Checked at arrival, because the secret may be rotated and the timestamp grows old.</summary>
    public SignatureVerdict Signature { get; init; }

    /// <summary>The job named in the body; it need not exist.</summary>
    public Guid? JobId { get; init; }

    public int AnsweredStatus { get; init; }
}

internal enum SignatureVerdict
{
    /// <summary>Both forms of the signature are right.</summary>
    Valid,

    /// <summary>At least one form is present, but not both are right.</summary>
    Invalid,

    /// <summary>Neither form is present.</summary>
    Missing,
}
