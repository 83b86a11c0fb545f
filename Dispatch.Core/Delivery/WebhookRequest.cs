namespace Dispatch.Delivery;

/// <summary>One attempt, ready to go out.</summary>
/// <param name="Url">Absolute http or https URL.</param>
/// <param name="Body">The bytes that <paramref name="Signature"/> signs.</param>
/// <param name="FiredAtMs">When the attempt is sent, in milliseconds since the Unix epoch, UTC; also in the body and, as seconds, in the signature.</param>
internal sealed record WebhookRequest(Guid JobId, Uri Url, byte[] Body, WebhookSignature Signature, long FiredAtMs)
{
    /// <summary>Builds the body and signs it.</summary>
    /// <param name="payload">The job's payload, UTF-8 JSON.</param>
    /// <param name="secrets">The project's secrets as shown, newest first.</param>
    public static WebhookRequest For(Guid jobId, Uri url, string title, ReadOnlySpan<byte> payload, IReadOnlyList<string> secrets, long firedAtMs)
    {
        var body = WebhookBody.Build(jobId, title, payload, firedAtMs);
        return new(jobId, url, body, WebhookSignature.Sign(secrets, jobId, firedAtMs / 1000, body), firedAtMs);
    }
}
