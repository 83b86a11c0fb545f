using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Primitives;

namespace Dispatch.Web.Prepared;

/// <summary>
/// An answer with gaps for the address that a visitor reached this host at. Anybody can send any <c>Host</c>, so the answer is made for
/// none of them: the expensive part is done once, however many names are tried.
/// </summary>
internal sealed class AnswerTemplate
{
    /// <summary>Stands for the visitor's address while the answer is made.</summary>
    public const string Scheme = "http";
    public const string Host = "address-of-this-host.invalid";

    private static readonly byte[] Gap = Encoding.ASCII.GetBytes($"{Scheme}://{Host}");

    private readonly ReadOnlyMemory<byte>[] parts;
    private readonly string type;
    private readonly string hash;

    /// <param name="headers">Without those that are for one visitor, or of one encoding.</param>
    public AnswerTemplate(IReadOnlyList<KeyValuePair<string, StringValues>> headers, string? type, byte[] body, DateTimeOffset madeAt)
    {
        (Headers, this.type, MadeAt) = (headers, type ?? "", madeAt);
        parts = [.. Split(body)];
        hash = Hash(body);
    }

    public IReadOnlyList<KeyValuePair<string, StringValues>> Headers { get; }

    public DateTimeOffset MadeAt { get; }

    /// <summary>The visitor's address stands in it.</summary>
    public bool NamesAddress => parts.Length > 1;

    /// <summary>The body for those who reached this host at that address, in pieces: those of the template are not copied.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> For(string address)
    {
        if (!NamesAddress) return parts;
        var filling = Encoding.UTF8.GetBytes(Escape(address));
        var pieces = new ReadOnlyMemory<byte>[(2 * parts.Length) - 1];
        for (var i = 0; i < pieces.Length; i++) pieces[i] = i % 2 == 0 ? parts[i / 2] : filling;
        return pieces;
    }

    /// <summary>The same for equal bytes, on every host and after a restart. Without quotes and without the encoding.</summary>
    public string TagFor(string address) => NamesAddress ? $"{hash}-{Hash(Encoding.UTF8.GetBytes(address))}" : hash;

    private string Escape(string address) =>
        type.StartsWith("text/html", StringComparison.Ordinal) ? HtmlEncoder.Default.Encode(address)
        : type.StartsWith("application/json", StringComparison.Ordinal) ? JsonEncodedText.Encode(address).ToString()
        : address;

    private static IEnumerable<ReadOnlyMemory<byte>> Split(byte[] body)
    {
        var rest = body.AsMemory();
        for (int at; (at = rest.Span.IndexOf(Gap)) >= 0; rest = rest[(at + Gap.Length)..]) yield return rest[..at];
        yield return rest;
    }

    // Half of SHA-256 is enough to tell answers apart.
    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16));
}
