using System.Net;
using System.Net.Http.Headers;
using Dispatch.Delivery.Names;
using Dispatch.Delivery.Targets;
using Dispatch.Fairness;
using Dispatch.Settings;
using Dispatch.Signing;
using Dispatch.Time;

namespace Dispatch.Delivery.Http;

/// <summary>
/// Sends one attempt, with one time limit and at most one request. It comes after <c>DeliveryRunner</c> on a job's way; the runner
/// then records the outcome, and <c>JobFeed</c> tells the pages.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly DeliveryOptions options;
    private readonly TimeProvider clock;
    private readonly HttpMessageInvoker http;   // not HttpClient, whose time-out and buffering are not wanted
    private readonly int connectionsToKeep;
    private readonly OwnInbox? ownInbox;
    private readonly HttpMessageInvoker? toOwnInbox;   // separate, so that no other request gets a connection to this host
    private int atWork;

    /// <param name="resolve">Looks up names; null: as the settings say.</param>
    /// <param name="ownInbox">Recognises requests that go to this host itself; null: none do.</param>
    /// <param name="descriptors">How many connections there may be; null: any number.</param>
    public WebhookSender(
        DeliveryOptions options,
        TargetGuard guard,
        TimeProvider clock,
        ResolveHost? resolve = null,
        OwnInbox? ownInbox = null,
        Descriptors? descriptors = null)
    {
        this.options = options;
        this.clock = clock;
        this.ownInbox = ownInbox;
        connectionsToKeep = descriptors?.ConnectionsToKeep(options.MaxConcurrency) ?? int.MaxValue;
        http = new(WebhookHandler.Create(new TargetConnector(guard, resolve ?? new NameLookup(options, clock).ResolveAsync).ConnectAsync));
        if (ownInbox is not null) toOwnInbox = new(WebhookHandler.Create(ownInbox.ConnectAsync));
    }

    /// <summary>POSTs the request in nobody's name, without checking the lease.</summary>
    /// <inheritdoc cref="SendAsync(WebhookRequest, Share, Func{bool}, CancellationToken)"/>
    public Task<AttemptReport> SendAsync(WebhookRequest request, CancellationToken abort) =>
        SendAsync(request, Share.Of(Guid.Empty), static () => true, abort);

    /// <summary>POSTs the request and reads the answer, within <see cref="DeliveryOptions.Timeout"/>.</summary>
    /// <param name="share">Whose share of the name look-ups it takes.</param>
    /// <param name="mayLeave">Called right before the request's first byte; false: <see cref="DeliveryOutcome.NotSent"/>.</param>
    /// <param name="abort">Cancelled if the host gives up; the attempt's result is then unknown.</param>
    /// <exception cref="OperationCanceledException"><paramref name="abort"/> was cancelled.</exception>
    public async Task<AttemptReport> SendAsync(WebhookRequest request, Share share, Func<bool> mayLeave, CancellationToken abort)
    {
        var started = clock.GetTimestamp();
        // Each delivery at work may open one more. Idle connections must not take the descriptors of the next deliveries.
        var mayKeep = Interlocked.Increment(ref atWork) + DeliveryStream.Open <= connectionsToKeep;
        try
        {
            var outcome = await AttemptAsync(request, share, mayKeep, mayLeave, abort);
            return new(outcome, request.FiredAtMs, (long)clock.GetElapsedTime(started).TotalMilliseconds, clock.NowMsRoundedUp());
        }
        finally
        {
            Interlocked.Decrement(ref atWork);
        }
    }

    public void Dispose()
    {
        http.Dispose();
        toOwnInbox?.Dispose();
    }

    private async Task<DeliveryOutcome> AttemptAsync(
        WebhookRequest request, Share share, bool mayKeepConnection, Func<bool> mayLeave, CancellationToken abort)
    {
        // One limit covers the name look-up, connecting, sending, headers and body.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(abort);
        limit.CancelAfter(options.Timeout);
        using var content = new WebhookContent(request, mayLeave) { Headers = { ContentType = Json } };
        using var message = ToMessage(request, share, content);
        if (!mayKeepConnection) message.Headers.ConnectionClose = true;
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
        catch (Exception failure) when (!content.MayHaveLeft && HostShortages.Find(failure) is { } shortage)
        {
            return new DeliveryOutcome.HeldBack(shortage);
        }
        catch (Exception failure) when (DeliveryFailure.IsExpected(failure))
        {
            if (content.IsNotSent) return new DeliveryOutcome.NotSent();
            abort.ThrowIfCancellationRequested();
            return Failed(failure, limit.IsCancellationRequested, (int?)answer?.StatusCode, answer is null ? null : body.Text());
        }
        finally
        {
            answer?.Dispose();   // closes the connection if the answer was not read to its end
        }
    }

    private DeliveryOutcome Failed(Exception failure, bool limitReached, int? code, string? body)
    {
        if (DeliveryFailure.Find<TargetDeniedException>(failure) is not null) return new DeliveryOutcome.NotAllowed();
        return limitReached
            ? new DeliveryOutcome.TimedOut(options.Timeout, code, body)
            : new DeliveryOutcome.Broken(DeliveryFailure.Describe(failure), code, body);
    }

    // All headers, including Host, stay those of the job's URL.
    private async ValueTask<HttpMessageInvoker> RouteAsync(HttpRequestMessage message, CancellationToken cancellation)
    {
        if (ownInbox is null || await ownInbox.FindAsync(message.RequestUri!, cancellation) is not { } inbox) return http;

        message.Headers.Host = OwnInbox.HostHeader(message.RequestUri!);
        message.RequestUri = inbox;
        return toOwnInbox!;
    }

    private static HttpRequestMessage ToMessage(WebhookRequest request, Share share, HttpContent content)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, request.Url)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        message.Options.Set(TargetConnector.Share, share);
        foreach (var header in request.Headers) message.Headers.TryAddWithoutValidation(header.Name, header.Value);
        return message;
    }
}
