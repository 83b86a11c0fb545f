using System.Buffers;
using System.Security.Cryptography;

namespace Dispatch.Model;

/// <summary>
/// The last part of an inbox's address, <c>/in/{token}</c>: 16 random bytes in hexadecimal. Kept as it is, because its owner looks at it again and
/// again; who has it can put requests into the inbox and nothing else.
/// </summary>
internal static class InboxToken
{
    /// <summary>Characters: 16 random bytes.</summary>
    public const int Length = 32;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    public static string Create() => RandomNumberGenerator.GetHexString(Length, lowercase: true);

    public static bool IsWellFormed(ReadOnlySpan<char> text) => text.Length == Length && !text.ContainsAnyExcept(LowerHex);
}
