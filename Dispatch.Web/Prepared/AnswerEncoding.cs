using System.IO.Compression;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Dispatch.Web.Prepared;

/// <summary>How the bytes of a prepared answer are sent.</summary>
internal enum AnswerEncoding
{
    Identity,
    Gzip,
    Brotli,
}

internal static class AnswerEncodings
{
    /// <summary>The best of those the client takes (RFC 9110, section 12.5.3). Who names none gets plain bytes.</summary>
    public static AnswerEncoding Choose(StringValues acceptEncoding)
    {
        if (acceptEncoding.Count == 0 || !StringWithQualityHeaderValue.TryParseList(acceptEncoding, out var accepted))
            return AnswerEncoding.Identity;
        var (brotli, gzip) = (Quality(accepted, "br"), Quality(accepted, "gzip"));
        if (brotli > 0 && brotli >= gzip) return AnswerEncoding.Brotli;
        return gzip > 0 ? AnswerEncoding.Gzip : AnswerEncoding.Identity;
    }

    /// <summary>The value of <c>Content-Encoding</c>; null for plain bytes.</summary>
    public static string? Name(this AnswerEncoding encoding) => encoding switch
    {
        AnswerEncoding.Identity => null,
        AnswerEncoding.Gzip => "gzip",
        AnswerEncoding.Brotli => "br",
    };

    /// <summary>The smaller bytes; nothing is done for plain ones.</summary>
    public static byte[] Compress(this AnswerEncoding encoding, IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        using var small = new MemoryStream();
        using (var stream = Over(encoding, small))
        {
            foreach (var piece in pieces) stream.Write(piece.Span);
        }

        return small.ToArray();
    }

    private static Stream Over(AnswerEncoding encoding, MemoryStream small) => encoding switch
    {
        AnswerEncoding.Identity => new BufferedStream(small),
        AnswerEncoding.Gzip => new GZipStream(small, CompressionLevel.Optimal, leaveOpen: true),
        AnswerEncoding.Brotli => new BrotliStream(small, CompressionLevel.Optimal, leaveOpen: true),
    };

    private static double Quality(IList<StringWithQualityHeaderValue> accepted, string name)
    {
        foreach (var one in accepted)
        {
            if (one.Value.Equals(name, StringComparison.OrdinalIgnoreCase)) return one.Quality ?? 1;
        }

        return 0;
    }
}
