using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace Dispatch.Web.Client.Contracts;

/// <summary>
/// Escapes what RFC 8259 demands and nothing else, so that titles read as they were written. Safe because the API's answers are
/// <c>application/json</c> with <c>nosniff</c> and are never part of a page.
/// </summary>
public sealed class PlainJsonEncoder : JavaScriptEncoder
{
    private static readonly SearchValues<char> MustEscapeOrLook = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\',
        .. Enumerable.Range(0xD800, 0x800).Select(code => (char)code)
    ]);

    private PlainJsonEncoder()
    {
    }

    public static PlainJsonEncoder Instance { get; } = new();

    public override int MaxOutputCharactersPerInputCharacter => 6;   // \u0000

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < 0x20 or '"' or '\\';

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var rest = new ReadOnlySpan<char>(text, textLength);
        var at = 0;
        while (rest[at..].IndexOfAny(MustEscapeOrLook) is >= 0 and var found)
        {
            at += found;
            if (Rune.DecodeFromUtf16(rest[at..], out var rune, out var length) != OperationStatus.Done || WillEncode(rune.Value)) return at;
            at += length;   // a whole surrogate pair needs no escape
        }

        return -1;
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var target = new Span<char>(buffer, bufferLength);
        if (!WillEncode(unicodeScalar)) return new Rune(unicodeScalar).TryEncodeToUtf16(target, out numberOfCharactersWritten);

        var written = unicodeScalar is '"' or '\\'
            ? target.TryWrite($"\\{(char)unicodeScalar}", out numberOfCharactersWritten)
            : target.TryWrite($"\\u{unicodeScalar:x4}", out numberOfCharactersWritten);
        if (!written) numberOfCharactersWritten = 0;
        return written;
    }
}
