using System.Buffers;
using System.Security.Cryptography;

namespace Dispatch.Model;

/// <summary>
/// The last part of an inbox's address, <c>/in/{token}</c>: 16 random bytes in lower-case hexadecimal. It is stored unhashed, because its
/// owner reads it again and again; a stranger can only send requests to the inbox with it.
/// </summary>
internal static class InboxToken
{
    public const int Length = 32;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    public static string Create() => RandomNumberGenerator.GetHexString(Length, lowercase: true);

    public static bool IsWellFormed(ReadOnlySpan<char> text) => text.Length == Length && !text.ContainsAnyExcept(LowerHex);
}
