using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Dispatch.Signing;

/// <summary>Makes, keeps encrypted, and decrypts the secrets that sign deliveries.</summary>
internal sealed class SigningSecrets(IDataProtectionProvider protection)
{
    public const string Prefix = "whsec_";

    /// <summary>How long a replaced secret keeps signing beside its successor.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    private const int CacheLimit = 10_000;

    private readonly IDataProtector protector = protection.CreateProtector("Dispatch.SigningSecrets.v1");

    // By cipher text, so that a rotation needs no invalidation. Single-element arrays: what Current returns nearly always.
    private readonly ConcurrentDictionary<string, string[]> decrypted = new(StringComparer.Ordinal);

    /// <summary>A new secret, encrypted, for a project's row.</summary>
    public string CreateCipher() => protector.Protect(Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    /// <summary>The secrets that sign now, the current one first.</summary>
    public IReadOnlyList<string> Current(string secretCipher, string? previousCipher, long? previousExpiresAt, long nowMs)
    {
        var current = Decrypt(secretCipher);
        return previousCipher is not null && previousExpiresAt > nowMs ? [current[0], Decrypt(previousCipher)[0]] : current;
    }

    /// <summary>The secret in this cipher text, as its owner sees it.</summary>
    public string Reveal(string cipher) => Decrypt(cipher)[0];

    private string[] Decrypt(string cipher)
    {
        if (decrypted.TryGetValue(cipher, out var known)) return known;
        if (decrypted.Count >= CacheLimit) decrypted.Clear();
        return decrypted[cipher] = [protector.Unprotect(cipher)];
    }
}
