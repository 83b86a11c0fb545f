using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Dispatch.Projects;

/// <summary>Credentials that are random text with a prefix (<c>sk_…</c>, <c>ses_…</c>) and are stored only as SHA-256.</summary>
internal static class Secret
{
    private const int HexLength = 64;   // after the prefix: 32 random bytes

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    public static string Create(string prefix) => prefix + RandomNumberGenerator.GetHexString(HexLength, lowercase: true);

    /// <summary>A fast hash is enough, because 256 random bits cannot be guessed.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.ASCII.GetBytes(secret));

    public static bool IsWellFormed(string secret, string prefix) =>
        secret.Length == prefix.Length + HexLength
        && secret.StartsWith(prefix, StringComparison.Ordinal)
        && !secret.AsSpan(prefix.Length).ContainsAnyExcept(LowerHex);
}
