using System.Buffers;
using System.Net.Http.Headers;

namespace Dispatch.Web.Api;

/// <summary>Gets a request's JSON body as bytes, within a limit.</summary>
internal static class JsonBody
{
    private const string Json = "application/json";

    /// <summary>Enough for every small body.</summary>
    public const int SmallLimit = 16 * 1024;

    /// <summary>Reads a small object of strings, such as <c>{"name": …}</c>.</summary>
    public static ValueTask<Parsed<JsonFields>> ReadSmallAsync(HttpRequest request, FieldNames names) =>
        ReadAsync(request, SmallLimit, names, static (body, names) => JsonFields.Read(body.Span, names));

    /// <summary>Hands the whole body to <paramref name="parse"/>; the bytes are only valid meanwhile.</summary>
    public static async ValueTask<Parsed<T>> ReadAsync<T, TState>(
        HttpRequest request, int limit, TState state, Func<ReadOnlyMemory<byte>, TState, Parsed<T>> parse)
        where T : class
    {
        if (!IsJson(request)) return Failure.UnsupportedMediaType("The body must be application/json in UTF-8, without content encoding");
        if (request.ContentLength > limit) return TooLarge(limit);

        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(request.HttpContext.RequestAborted);
            var bytes = read.Buffer;
            if (bytes.Length > limit)
            {
                reader.AdvanceTo(bytes.End);
                return TooLarge(limit);
            }

            if (read.IsCompleted)
            {
                var parsed = bytes.IsSingleSegment ? parse(bytes.First, state) : ParseJoined(bytes, state, parse);
                reader.AdvanceTo(bytes.End);
                return parsed;
            }

            reader.AdvanceTo(bytes.Start, bytes.End);
        }
    }

    private static Parsed<T> ParseJoined<T, TState>(
        in ReadOnlySequence<byte> bytes, TState state, Func<ReadOnlyMemory<byte>, TState, Parsed<T>> parse)
        where T : class
    {
        var joined = ArrayPool<byte>.Shared.Rent((int)bytes.Length);
        try
        {
            bytes.CopyTo(joined);
            return parse(joined.AsMemory(0, (int)bytes.Length), state);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    private static Failure TooLarge(int limit) => Failure.TooLarge("body_too_large", $"The body is larger than {limit:N0} bytes");

    private static bool IsJson(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count != 0) return false;
        if (Json.Equals(request.ContentType, StringComparison.OrdinalIgnoreCase)) return true;
        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && Json.Equals(type.MediaType, StringComparison.OrdinalIgnoreCase)
            && type.Parameters.All(parameter => parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase))
            && "utf-8".Equals(type.CharSet?.Trim('"'), StringComparison.OrdinalIgnoreCase);
    }
}
