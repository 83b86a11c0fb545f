using System.Buffers;
using System.Security.Cryptography;

namespace Dispatch.Model;

/// <summary>The last part of an inbox's address, <c>/in/{token}</c>. It is stored unhashed, because its owner reads it again.</summary>
internal static class InboxToken
{
    /// <summary>What stands before the token in the path.</summary>
    public const string Path = "/in/";

    public const int Length = 32;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    public static string Create() => RandomNumberGenerator.GetHexString(Length, lowercase: true);

    public static bool IsWellFormed(ReadOnlySpan<char> text) => text.Length == Length && !text.ContainsAnyExcept(LowerHex);

    /// <summary>True if the path ends as an inbox's does. That it is one of this host is another question.</summary>
    public static bool Ends(ReadOnlySpan<char> path)
    {
        var at = path.Length - Length - Path.Length;
        return at >= 0 && path[at..].StartsWith(Path) && IsWellFormed(path[(at + Path.Length)..]);
    }
}
