using System.Net;
using System.Net.Http.Headers;
using Dispatch.Delivery.Targets;
using Dispatch.Settings;
using Dispatch.Signing;
using Dispatch.Time;

namespace Dispatch.Delivery.Http;

/// <summary>Sends one attempt: at most one request on the wire, one time limit over all of it, and a failure is an outcome.</summary>
internal sealed class WebhookSender : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly DeliveryOptions options;
    private readonly TimeProvider clock;
    private readonly HttpMessageInvoker http;   // not HttpClient: its time-out and buffering would only be in the way
    private readonly OwnInbox? ownInbox;
    private readonly HttpMessageInvoker? toOwnInbox;   // connections of its own: one to this host must not be taken for another request

    /// <param name="resolve">How names are looked up; null: as the system does.</param>
    /// <param name="ownInbox">Which requests go to this host itself; null: none.</param>
    public WebhookSender(DeliveryOptions options, TargetGuard guard, TimeProvider clock, ResolveHost? resolve = null, OwnInbox? ownInbox = null)
    {
        this.options = options;
        this.clock = clock;
        this.ownInbox = ownInbox;
        http = new(WebhookHandler.Create(new TargetConnector(guard, resolve ?? new NameLookup().ResolveAsync).ConnectAsync));
        if (ownInbox is not null) toOwnInbox = new(WebhookHandler.Create(ownInbox.ConnectAsync));
    }

    /// <summary>POSTs the request, whatever happens meanwhile, and reads the answer, within <see cref="DeliveryOptions.Timeout"/>.</summary>
    /// <inheritdoc cref="SendAsync(WebhookRequest, Func{bool}, CancellationToken)"/>
    public Task<AttemptReport> SendAsync(WebhookRequest request, CancellationToken abort) => SendAsync(request, static () => true, abort);

    /// <summary>POSTs the request and reads the answer, within <see cref="DeliveryOptions.Timeout"/>.</summary>
    /// <param name="mayLeave">Asked right before the first byte of the request; false: <see cref="DeliveryOutcome.NotSent"/>.</param>
    /// <param name="abort">The host gives up on what is on the wire; the attempt's result stays unknown.</param>
    /// <exception cref="OperationCanceledException"><paramref name="abort"/> was cancelled.</exception>
    public async Task<AttemptReport> SendAsync(WebhookRequest request, Func<bool> mayLeave, CancellationToken abort)
    {
        var started = clock.GetTimestamp();
        var outcome = await AttemptAsync(request, mayLeave, abort);
        return new(outcome, request.FiredAtMs, (long)clock.GetElapsedTime(started).TotalMilliseconds, clock.NowMsRoundedUp());
    }

    public void Dispose()
    {
        http.Dispose();
        toOwnInbox?.Dispose();
    }

    private async Task<DeliveryOutcome> AttemptAsync(WebhookRequest request, Func<bool> mayLeave, CancellationToken abort)
    {
        // One source over name look-up, connecting, sending, headers and body.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(abort);
        limit.CancelAfter(options.Timeout);
        using var content = new WebhookContent(request.Body, mayLeave) { Headers = { ContentType = Json } };
        using var message = ToMessage(request, content);
        using var body = new ResponseBodyReader();
        HttpResponseMessage? answer = null;
        try
        {
            answer = await (await RouteAsync(message, limit.Token)).SendAsync(message, limit.Token);
            await body.ReadAsync(answer.Content, limit);
            return answer.IsSuccessStatusCode
                ? new DeliveryOutcome.Delivered((int)answer.StatusCode, body.Text())
                : new DeliveryOutcome.Rejected((int)answer.StatusCode, body.Text());
        }
        catch (Exception failure) when (DeliveryFailure.IsExpected(failure))
        {
            if (content.IsNotSent) return new DeliveryOutcome.NotSent();
            abort.ThrowIfCancellationRequested();
            return Failed(failure, limit.IsCancellationRequested, (int?)answer?.StatusCode, answer is null ? null : body.Text());
        }
        finally
        {
            answer?.Dispose();   // closes the connection unless the answer was read to its end
        }
    }

    private DeliveryOutcome Failed(Exception failure, bool limitReached, int? code, string? body)
    {
        if (DeliveryFailure.Find<TargetDeniedException>(failure) is not null) return new DeliveryOutcome.NotAllowed();
        return limitReached
            ? new DeliveryOutcome.TimedOut(options.Timeout, code, body)
            : new DeliveryOutcome.Broken(DeliveryFailure.Describe(failure), code, body);
    }

    // The headers, Host included, stay those of the job's URL.
    private async ValueTask<HttpMessageInvoker> RouteAsync(HttpRequestMessage message, CancellationToken cancellation)
    {
        if (ownInbox is null || await ownInbox.FindAsync(message.RequestUri!, cancellation) is not { } inbox) return http;

        message.Headers.Host = OwnInbox.HostHeader(message.RequestUri!);
        message.RequestUri = inbox;
        return toOwnInbox!;
    }

    private static HttpRequestMessage ToMessage(WebhookRequest request, HttpContent content)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, request.Url)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        foreach (var header in request.Headers) message.Headers.TryAddWithoutValidation(header.Name, header.Value);
        return message;
    }
}
