using System.Buffers;
using System.Security.Cryptography;

namespace Dispatch.Model;

/// <summary>The last part of an inbox's address, <c>/in/{token}</c>. It is stored unhashed, because its owner reads it again.</summary>
internal static class InboxToken
{
    public const int Length = 32;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    public static string Create() => RandomNumberGenerator.GetHexString(Length, lowercase: true);

    public static bool IsWellFormed(ReadOnlySpan<char> text) => text.Length == Length && !text.ContainsAnyExcept(LowerHex);
}
