using Dispatch.Data;
using Dispatch.Writing;

namespace Dispatch.Web.Api;

/// <summary>
/// Makes sure that every answer under <c>/api</c> is the envelope, those of the framework and those after an exception as well.
/// </summary>
internal static partial class EnvelopeErrors
{
    private const long QuietMs = 60_000;

    private static long lastUnavailableAt = -QuietMs;

    public static IApplicationBuilder UseEnvelopeErrors(this IApplicationBuilder app)
    {
        var logger = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Dispatch.Web.Api");
        return app.Use(next => http => http.Request.Path.StartsWithSegments("/api") ? RunAsync(http, next, logger) : next(http));
    }

    private static async Task RunAsync(HttpContext http, RequestDelegate next, ILogger logger)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";   // tokens, keys, secrets, and states that are old at once
        try
        {
            await next(http);
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            if (http.RequestAborted.IsCancellationRequested) return;   // no one is there to read it
            await WriteAsync(http, OfException(http, exception, logger));
            return;
        }

        if (http.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null })
            await WriteAsync(http, Failure.OfStatus(http.Response.StatusCode));
    }

    private static Failure OfException(HttpContext http, Exception exception, ILogger logger)
    {
        if (exception is BadHttpRequestException bad) return Failure.OfStatus(bad.StatusCode);
        if (exception is StoreUnavailableException || DatabaseFaults.IsUnavailable(exception))
        {
            // The write queue has said that it cannot store. An outage is worth one line, not one for each call.
            if (exception is not StoreUnavailableException && IsFirstInAWhile())
            {
                LogUnavailable(logger, exception, http.Request.Method, http.Request.Path);
            }

            return Failure.StorageUnavailable;
        }

        LogUnhandled(logger, exception, http.Request.Method, http.Request.Path);
        return Failure.OfStatus(StatusCodes.Status500InternalServerError);
    }

    private static bool IsFirstInAWhile()
    {
        var now = Environment.TickCount64;
        return now - Interlocked.Exchange(ref lastUnavailableAt, now) >= QuietMs;
    }

    // Allow, WWW-Authenticate and the like stay; what described a body that will not come goes.
    private static Task WriteAsync(HttpContext http, Failure failure)
    {
        http.Response.ContentType = null;
        http.Response.ContentLength = null;
        return failure.ExecuteAsync(http);
    }

    [LoggerMessage(EventId = 400, Level = LogLevel.Warning, Message = "{Method} {Path} answered 503: the storage does not answer")]
    private static partial void LogUnavailable(ILogger logger, Exception exception, string method, PathString path);

    [LoggerMessage(EventId = 401, Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogUnhandled(ILogger logger, Exception exception, string method, PathString path);
}
