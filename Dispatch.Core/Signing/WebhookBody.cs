using System.Buffers;
using System.Text;

namespace Dispatch.Signing;

internal static class WebhookBody
{
    private const int IdLength = 36;
    private const int InstantLength = 24;

    // Only what RFC 8259 requires to be escaped. .NET's most relaxed encoder would also escape every emoji.
    private static readonly SearchValues<char> MustBeEscaped =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(code => (char)code), '"', '\\']);

    /// <summary>Builds <c>{"jobId":"…","title":"…","payload":{…},"firedAt":"…"}</c> in UTF-8, without added white space.</summary>
    /// <param name="payload">A JSON object, UTF-8; copied byte for byte.</param>
    /// <param name="firedAtMs">The time of this attempt, milliseconds since the Unix epoch, UTC.</param>
    public static byte[] Build(Guid jobId, string title, ReadOnlySpan<byte> payload, long firedAtMs)
    {
        var escapedTitle = Escape(title);
        var frame = """{"jobId":"","title":"","payload":,"firedAt":""}"""u8.Length + IdLength + InstantLength;
        var body = GC.AllocateUninitializedArray<byte>(frame + Encoding.UTF8.GetByteCount(escapedTitle) + payload.Length);

        var rest = Append(body, "{\"jobId\":\""u8);
        jobId.TryFormat(rest, out _);
        rest = Append(rest[IdLength..], "\",\"title\":\""u8);
        rest = rest[Encoding.UTF8.GetBytes(escapedTitle, rest)..];
        rest = Append(rest, "\",\"payload\":"u8);
        rest = Append(rest, payload);
        rest = Append(rest, ",\"firedAt\":\""u8);
        DateTimeOffset.FromUnixTimeMilliseconds(firedAtMs).TryFormat(rest, out _, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
        Append(rest[InstantLength..], "\"}"u8);
        return body;
    }

    private static Span<byte> Append(Span<byte> rest, ReadOnlySpan<byte> piece)
    {
        piece.CopyTo(rest);
        return rest[piece.Length..];
    }

    private static string Escape(string title)
    {
        if (!title.AsSpan().ContainsAny(MustBeEscaped)) return title;

        var escaped = new StringBuilder(title.Length + 16);
        foreach (var character in title)
        {
            _ = character switch
            {
                '"' or '\\' => escaped.Append('\\').Append(character),
                < ' ' => escaped.Append("\\u").Append(((int)character).ToString("x4")),
                _ => escaped.Append(character),
            };
        }

        return escaped.ToString();
    }
}
