using System.Buffers;
using Microsoft.Net.Http.Headers;

namespace Dispatch.Web.Prepared;

/// <summary>
/// Answers what never changes from memory, before anything else looks at the request: one who has no account costs next to nothing, however
/// often they ask. ASP.NET's output cache does not fit: it keeps a copy for each <c>Host</c> that anybody thinks of, compresses for each
/// request, and hands the whole body to a connection that may never read it.
/// </summary>
internal sealed class PreparedAnswers
{
    /// <summary>How many bytes are given to a connection before it must have taken earlier ones.</summary>
    private const int Chunk = 8 * 1024;

    // An answer costs as much as so many bytes, even if it has none.
    private const int Overhead = 16 * 1024;

    // How much is sent between two looks at the pace: more would be a leap, less a timer for each chunk.
    private const int PerTurn = 8 * Chunk;

    private const int MaxAddress = 300;   // a name has 253 characters at most

    private readonly PublicAddress address;
    private readonly AnswerPace pace;
    private readonly Dictionary<string, PreparedAnswer> answers;

    public PreparedAnswers(PublicAddress address, TemplateMaker maker, TimeProvider clock)
    {
        (this.address, pace) = (address, new AnswerPace(clock));
        answers = PreparedPath.All.ToDictionary(
            path => path.Path, path => new PreparedAnswer(path, maker, clock), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The answer for that request, whoever sends it; null if it is none of those that are prepared.</summary>
    public PreparedAnswer? Find(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && answers.TryGetValue(request.Path.Value ?? "", out var answer) ? answer : null;

    /// <summary>False: the answer could not be made, and nothing was sent.</summary>
    public async Task<bool> TrySendAsync(HttpContext http, PreparedAnswer answer)
    {
        await pace.TakeAsync(Overhead, http.RequestAborted);
        if (await answer.GetAsync().WaitAsync(http.RequestAborted) is not { } made) return false;

        var reachedAt = address.Of(http.Request);
        if (reachedAt.Length > MaxAddress)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return true;
        }

        var encoding = AnswerEncodings.Choose(http.Request.Headers.AcceptEncoding);
        var tag = made.Template.TagFor(reachedAt);
        if (FindKnown(http.Request, tag, encoding) is { } known)
        {
            SetHead(http.Response, made.Template, tag, known);
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return true;
        }

        var small = made.Copies.Find(reachedAt, encoding) is { } copy ? await copy.WaitAsync(http.RequestAborted) : null;
        if (small is null) encoding = AnswerEncoding.Identity;
        SetHead(http.Response, made.Template, tag, encoding);
        await SendAsync(http, small is null ? made.Template.For(reachedAt) : [small]);
        return true;
    }

    private static void SetHead(HttpResponse response, AnswerTemplate template, string tag, AnswerEncoding encoding)
    {
        foreach (var (name, value) in template.Headers) response.Headers[name] = value;
        response.Headers.ETag = Quoted(tag, encoding);
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers.CacheControl = "no-cache";   // kept, but asked for each time: a new version of the host may say something else
        response.Headers.ContentEncoding = encoding.Name();
    }

    private async Task SendAsync(HttpContext http, IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        http.Response.ContentLength = pieces.Sum(piece => (long)piece.Length);
        if (HttpMethods.IsHead(http.Request.Method)) return;

        var (writer, unsent, sinceTurn) = (http.Response.BodyWriter, 0, 0);
        foreach (var piece in pieces)
        {
            for (var rest = piece; rest.Length > 0;)
            {
                var next = rest[..Math.Min(rest.Length, Chunk - unsent)];
                writer.Write(next.Span);
                rest = rest[next.Length..];
                unsent += next.Length;
                if (unsent < Chunk) continue;

                // The whole answer would lie in memory for each connection that does not read. A connection that is gone takes no more.
                if ((await writer.FlushAsync()).IsCompleted) return;
                unsent = 0;
                sinceTurn += Chunk;
                if (sinceTurn < PerTurn) continue;
                await pace.TakeAsync(sinceTurn, http.RequestAborted);
                sinceTurn = 0;
            }
        }

        await writer.FlushAsync();   // Kestrel does not by itself
    }

    // The plain bytes too: they went to those whose address had no place. RFC 9110, section 13.1.2: the comparison is the weak one.
    private static AnswerEncoding? FindKnown(HttpRequest request, string tag, AnswerEncoding encoding)
    {
        if (request.Headers.IfNoneMatch.Count == 0) return null;
        if (!EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)) return null;
        foreach (var candidate in (AnswerEncoding[])[encoding, AnswerEncoding.Identity])
        {
            var own = new EntityTagHeaderValue(Quoted(tag, candidate));
            if (known.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(own, useStrongComparison: false))) return candidate;
        }

        return null;
    }

    // A strong tag is for exact bytes, so each encoding has its own (RFC 9110, section 8.8.3.3).
    private static string Quoted(string tag, AnswerEncoding encoding) => encoding.Name() is { } name ? $"\"{tag}-{name}\"" : $"\"{tag}\"";
}
