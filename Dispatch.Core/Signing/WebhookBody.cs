using System.Buffers;
using System.Text;

namespace Dispatch.Signing;

/// <summary>
/// A delivery's body: <c>{"jobId":"…","title":"…","payload":{…},"firedAt":"…"}</c> in UTF-8, without added white space. The payload, a JSON
/// object, stands in it byte for byte.
/// </summary>
internal static class WebhookBody
{
    private const int IdLength = 36;
    private const int InstantLength = 24;

    // Only what RFC 8259 requires to be escaped. .NET's most relaxed encoder would also escape every emoji.
    private static readonly SearchValues<char> MustBeEscaped =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(code => (char)code), '"', '\\']);

    private static ReadOnlySpan<byte> BeforeInstant => ",\"firedAt\":\""u8;

    private static ReadOnlySpan<byte> AfterInstant => "\"}"u8;

    /// <param name="payload">A JSON object, UTF-8; copied byte for byte.</param>
    /// <param name="firedAtMs">The time of this attempt, milliseconds since the Unix epoch, UTC.</param>
    public static byte[] Build(Guid jobId, string title, ReadOnlySpan<byte> payload, long firedAtMs)
    {
        var escapedTitle = Escape(title);
        var body = GC.AllocateUninitializedArray<byte>(Length(escapedTitle, payload.Length));
        payload.CopyTo(body.AsSpan(Begin(body, jobId, escapedTitle)));
        End(body, firedAtMs);
        return body;
    }

    /// <summary>The length of the whole body, in bytes.</summary>
    public static int Length(string escapedTitle, int payloadBytes) =>
        """{"jobId":"","title":"","payload":}"""u8.Length - 1 + IdLength + Encoding.UTF8.GetByteCount(escapedTitle)
        + payloadBytes + BeforeInstant.Length + InstantLength + AfterInstant.Length;

    /// <summary>Writes what stands before the payload; returns its length.</summary>
    public static int Begin(Span<byte> body, Guid jobId, string escapedTitle)
    {
        var rest = Append(body, "{\"jobId\":\""u8);
        jobId.TryFormat(rest, out _);
        rest = Append(rest[IdLength..], "\",\"title\":\""u8);
        rest = rest[Encoding.UTF8.GetBytes(escapedTitle, rest)..];
        return body.Length - Append(rest, "\",\"payload\":"u8).Length;
    }

    /// <summary>Writes what stands behind the payload, at the end of the body.</summary>
    /// <param name="firedAtMs">The time of this attempt, milliseconds since the Unix epoch, UTC.</param>
    public static void End(Span<byte> body, long firedAtMs)
    {
        var rest = Append(body[^(BeforeInstant.Length + InstantLength + AfterInstant.Length)..], BeforeInstant);
        DateTimeOffset.FromUnixTimeMilliseconds(firedAtMs).TryFormat(rest, out _, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
        Append(rest[InstantLength..], AfterInstant);
    }

    public static string Escape(string title)
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

    private static Span<byte> Append(Span<byte> rest, ReadOnlySpan<byte> piece)
    {
        piece.CopyTo(rest);
        return rest[piece.Length..];
    }
}
