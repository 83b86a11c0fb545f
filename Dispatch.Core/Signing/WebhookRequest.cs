using Dispatch.Model;

namespace Dispatch.Signing;

/// <summary>One attempt, ready to be sent.</summary>
/// <param name="Url">Absolute http or https URL.</param>
/// <param name="FiredAtMs">Milliseconds since the Unix epoch, UTC. The body contains it, and the signature its seconds.</param>
internal sealed record WebhookRequest(Guid JobId, Uri Url, ReadOnlyMemory<byte> Body, WebhookSignature Signature, long FiredAtMs)
{
    private static readonly string UserAgent = $"Dispatch/{typeof(WebhookRequest).Assembly.GetName().Version!.ToString(3)}";

    /// <summary>What holds the body; the sender gives it back when the body is on the wire. Null: nothing, as for a small one.</summary>
    public PooledBody? Pooled { get; init; }

    /// <summary>The headers that Dispatch sets, in the order they are sent.</summary>
    public IReadOnlyList<Header> Headers =>
    [
        new("User-Agent", UserAgent),
        new("x-dispatch-signature", Signature.DispatchSignature, IsSignature: true),
        new("webhook-id", Signature.Id),
        new("webhook-timestamp", Signature.Timestamp),
        new("webhook-signature", Signature.StandardSignature, IsSignature: true),
    ];

    /// <summary>All headers as .NET's HTTP stack sends them. The stack itself adds the first one and the last two.</summary>
    public IReadOnlyList<Header> HeadersOnTheWire() =>
    [
        new("Host", Url.IsDefaultPort ? WireHost : $"{WireHost}:{Url.Port}"),
        .. Headers,
        new("Content-Type", "application/json"),
        new("Content-Length", $"{Body.Length}"),
    ];

    private string WireHost => Url.HostNameType == UriHostNameType.IPv6 ? Url.Host : Url.IdnHost;

    /// <param name="secrets">The project's secrets as shown, newest first.</param>
    public static WebhookRequest For(Job job, IReadOnlyList<string> secrets, long firedAtMs) =>
        For(job, WebhookBody.Build(job.Id, job.Title, job.Payload, firedAtMs), secrets, firedAtMs);

    /// <inheritdoc cref="For(Job, IReadOnlyList{string}, long)"/>
    /// <param name="body">Has the job's payload already.</param>
    public static WebhookRequest For(Job job, PooledBody body, IReadOnlyList<string> secrets, long firedAtMs) =>
        For(job, body.Complete(firedAtMs), secrets, firedAtMs) with { Pooled = body };

    private static WebhookRequest For(Job job, ReadOnlyMemory<byte> body, IReadOnlyList<string> secrets, long firedAtMs) =>
        new(job.Id, new Uri(job.WebhookUrl), body, WebhookSignature.Sign(secrets, job.Id, firedAtMs / 1000, body.Span), firedAtMs);
}

/// <summary>One header of a delivery.</summary>
/// <param name="IsSignature">True if the value depends on the project's secret.</param>
internal sealed record Header(string Name, string Value, bool IsSignature = false);
