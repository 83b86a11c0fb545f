namespace Dispatch.Model;

/// <summary>A request that came to a project's inbox, as it was sent. It is a stranger's text: data, never markup.</summary>
internal sealed class ReceivedRequest
{
    /// <summary>Requests that a project keeps: a new one takes the place of the oldest.</summary>
    public const int MaxPerProject = 100;

    /// <summary>Bytes of a body that are kept.</summary>
    public const int KeptBytes = 256 * 1024;

    /// <summary>Characters of a method that are kept; HTTP sets no limit.</summary>
    public const int MaxMethod = 32;

    public Guid Id { get; init; }

    public Guid ProjectId { get; init; }

    /// <summary>Milliseconds since the Unix epoch, UTC.</summary>
    public long ReceivedAt { get; init; }

    public required string Method { get; init; }

    /// <summary>A JSON array of <c>{"name": …, "value": …}</c>.</summary>
    public required string Headers { get; init; }

    /// <summary>The first <see cref="KeptBytes"/>.</summary>
    public required byte[] Body { get; init; }

    public bool BodyIsCut { get; init; }

    /// <summary>Judged at arrival: the secret may be rotated, and the timestamp grows old.</summary>
    public SignatureVerdict Signature { get; init; }

    /// <summary>The job named in the body, whether there is such a job or not.</summary>
    public Guid? JobId { get; init; }

    /// <summary>The HTTP status chosen for it at arrival.</summary>
    public int AnsweredStatus { get; init; }
}

/// <summary>What came of checking a request's signatures.</summary>
internal enum SignatureVerdict
{
    /// <summary>Both forms hold.</summary>
    Valid,

    /// <summary>At least one form is there, and not both hold.</summary>
    Invalid,

    /// <summary>Neither form is there.</summary>
    Missing,
}
