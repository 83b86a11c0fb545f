using System.Text.Json;
using Dispatch.Data;
using Dispatch.Inboxes;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Web.Client.Contracts;
using Dispatch.Writing;
using Microsoft.Net.Http.Headers;

namespace Dispatch.Web.Inboxes;

/// <summary>
/// <c>/in/{token}</c>, for any method: keeps the request, waits as long as the owner chose, and answers what the owner chose. It stands
/// before sign-in, antiforgery and the pages, so it knows no cookies and speaks no HTML.
/// </summary>
internal sealed partial class InboxEndpoint(
    InboxStore inboxes, InboxLimits limits, DeliveryOptions delivery, IHostApplicationLifetime lifetime, TimeProvider clock,
    ILogger<InboxEndpoint> log)
{
    private static readonly TimeSpan BodyPatience = TimeSpan.FromSeconds(30);

    // A body longer than any delivery of ours is not signed by us. Up to there it is read whole, for a signature is over all of it.
    private readonly int readBytes = Math.Max(ReceivedRequest.MaxStoredBytes, delivery.MaxPayloadBytes + (64 * 1024));

    /// <summary>Answers one request; its path is what follows <c>/in</c>.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            var (status, received) = await ReceiveAsync(http);
            await WriteAsync(http, status, received);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            await WriteAsync(http, StatusOf(exception), received: false);
        }
    }

    private async Task<(int Status, bool Received)> ReceiveAsync(HttpContext http)
    {
        var token = http.Request.Path.Value?.TrimStart('/') ?? "";
        if (!InboxToken.IsWellFormed(token) || await inboxes.FindAsync(token, http.RequestAborted) is not { } inbox)
            return (StatusCodes.Status404NotFound, false);

        using var place = limits.Enter(inbox.ProjectId);
        if (!place.IsAcquired) return (StatusCodes.Status503ServiceUnavailable, false);
        if (!limits.MayCome(inbox.ProjectId)) return (StatusCodes.Status429TooManyRequests, false);

        if (!await KeepAsync(http.Request, inbox)) return (StatusCodes.Status503ServiceUnavailable, false);
        await WaitAsync(inbox.DelayMs, http.RequestAborted);
        return (inbox.Status, true);
    }

    /// <summary>False: there is no room for it in memory, because others of its account wait to be stored.</summary>
    private async Task<bool> KeepAsync(HttpRequest request, OpenInbox inbox)
    {
        var (arrived, aborted) = (clock.GetUtcNow(), request.HttpContext.RequestAborted);
        using var room = await limits.ReserveAsync(inbox.AccountId, inbox.ProjectId, InboxBody.MostOf(request, readBytes), aborted);
        if (room is null) return false;

        var body = await ReadAsync(request, aborted);
        var kept = body.Bytes.Length > ReceivedRequest.MaxStoredBytes ? body.Bytes[..ReceivedRequest.MaxStoredBytes] : body.Bytes;
        var headers = HeadersOf(request);
        if (!limits.MayStore(inbox.ProjectId, kept.Length + headers.Length)) return true;

        await inboxes.ReceiveAsync(inbox.AccountId, new ReceivedRequest
        {
            Id = Guid.CreateVersion7(arrived),
            ProjectId = inbox.ProjectId,
            ReceivedAt = arrived.ToUnixTimeMilliseconds(),
            Method = request.Method.Length > ReceivedRequest.MaxMethod ? request.Method[..ReceivedRequest.MaxMethod] : request.Method,
            Headers = headers,
            Body = kept,
            BodyIsCut = body.Bytes.Length > kept.Length || body.HasMore,
            Signature = SignatureVerifier.Check(Signatures(request.Headers), body.Bytes, inbox.Secrets, arrived.ToUnixTimeMilliseconds()),
            JobId = DeliveredJobId.Find(body.Bytes),
            AnsweredStatus = inbox.Status,
        });
        return true;
    }

    // A body that trickles in would hold the room of its account's others.
    private async Task<InboxBody> ReadAsync(HttpRequest request, CancellationToken aborted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        limit.CancelAfter(BodyPatience);
        try
        {
            return await InboxBody.ReadAsync(request, readBytes, limit.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The body took too long to arrive.", StatusCodes.Status408RequestTimeout);
        }
    }

    // A stopping host does not wait for an answer that is only pretending to be slow.
    private async Task WaitAsync(int delayMs, CancellationToken aborted)
    {
        if (delayMs == 0) return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        await Task.Delay(TimeSpan.FromMilliseconds(delayMs), clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        aborted.ThrowIfCancellationRequested();
    }

    // Without cookies: somebody who opens the address in the browser they are signed in with would leave their session in it.
    private static string HeadersOf(HttpRequest request) => JsonSerializer.Serialize(
        [
            .. request.Headers
                .Where(header => !header.Key.Equals(HeaderNames.Cookie, StringComparison.OrdinalIgnoreCase))
                .SelectMany(header => header.Value, (header, value) => new HeaderLine(header.Key, value ?? ""))
        ],
        DispatchJson.Plain.HeaderLineArray);

    private static SignatureHeaders Signatures(IHeaderDictionary headers) =>
        new(
            One(headers, "x-dispatch-signature"),
            One(headers, "webhook-id"),
            One(headers, "webhook-timestamp"),
            One(headers, "webhook-signature"));

    private static string? One(IHeaderDictionary headers, string name) =>
        headers.TryGetValue(name, out var values) ? values.ToString() : null;

    private static Task WriteAsync(HttpContext http, int status, bool received)
    {
        http.Response.StatusCode = status;
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable && !received)
            http.Response.Headers.RetryAfter = "1";
        if (status is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified)
            return Task.CompletedTask;

        var body = received ? """{"received":true}""" : """{"received":false}""";
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        return http.Response.WriteAsync(body, http.RequestAborted);
    }

    private int StatusOf(Exception exception)
    {
        if (exception is BadHttpRequestException bad) return bad.StatusCode;   // the body did not come as announced
        if (exception is StoreUnavailableException || DatabaseFaults.IsUnavailable(exception))
        {
            LogUnavailable(log, exception);
            return StatusCodes.Status503ServiceUnavailable;
        }

        LogFailed(log, exception);
        return StatusCodes.Status500InternalServerError;
    }

    [LoggerMessage(EventId = 420, Level = LogLevel.Warning, Message = "An inbox answered 503: the storage does not answer")]
    private static partial void LogUnavailable(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 421, Level = LogLevel.Error, Message = "A request to an inbox failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
