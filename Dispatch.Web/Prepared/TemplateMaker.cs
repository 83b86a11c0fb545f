using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Dispatch.Web.Prepared;

/// <summary>
/// Makes an answer by a request of its own, which goes through the rest of the pipeline as a stranger's does. It belongs to no visitor: who
/// asked first may leave, and no cookie, header or query of theirs can get into what others see.
/// </summary>
internal sealed class TemplateMaker(IServiceScopeFactory scopes, TimeProvider clock, RequestDelegate next)
{
    // Tokens for forms are of one visitor; the rest is decided when the answer is sent.
    private static readonly HashSet<string> LeftOut = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.SetCookie, HeaderNames.CacheControl, HeaderNames.Pragma, HeaderNames.ContentLength, HeaderNames.TransferEncoding,
        HeaderNames.ETag, HeaderNames.Vary, HeaderNames.LastModified, HeaderNames.AcceptRanges, HeaderNames.Date,
    };

    /// <summary>Null: the path was not answered with 200.</summary>
    public async Task<AnswerTemplate?> MakeAsync(string path)
    {
        using var body = new MemoryStream();
        await using var scope = scopes.CreateAsyncScope();
        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        http.Request.Method = HttpMethods.Get;
        http.Request.Scheme = AnswerTemplate.Scheme;
        http.Request.Host = new HostString(AnswerTemplate.Host);
        http.Request.Path = path;

        await next(http);
        await http.Response.CompleteAsync();

        if (http.Response.StatusCode != StatusCodes.Status200OK) return null;
        return new(Kept(http.Response.Headers), http.Response.ContentType, body.ToArray(), clock.GetUtcNow());
    }

    private static KeyValuePair<string, StringValues>[] Kept(IHeaderDictionary headers) =>
        [.. headers.Where(header => !LeftOut.Contains(header.Key))];
}
