using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Dispatch.Signing;

/// <summary>Creates, encrypts and decrypts the secrets that sign deliveries.</summary>
internal sealed class SigningSecrets(IDataProtectionProvider protection)
{
    public const string Prefix = "whsec_";

    /// <summary>How long a replaced secret keeps signing beside its successor.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    private const int CacheLimit = 10_000;

    private readonly IDataProtector protector = protection.CreateProtector("Dispatch.SigningSecrets.v1");

    // The key is the cipher text, so a rotation needs no invalidation. Arrays of one, because Current nearly always returns one secret.
    private readonly ConcurrentDictionary<string, string[]> decrypted = new(StringComparer.Ordinal);

    public string CreateCipher() => protector.Protect(Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    /// <summary>The secrets that sign at that time, the newest first.</summary>
    public IReadOnlyList<string> Current(string secretCipher, string? previousCipher, long? previousExpiresAt, long nowMs)
    {
        var current = Decrypt(secretCipher);
        return previousCipher is not null && previousExpiresAt > nowMs ? [current[0], Decrypt(previousCipher)[0]] : current;
    }

    public string Reveal(string cipher) => Decrypt(cipher)[0];

    private string[] Decrypt(string cipher)
    {
        if (decrypted.TryGetValue(cipher, out var known)) return known;
        if (decrypted.Count >= CacheLimit) decrypted.Clear();
        return decrypted[cipher] = [protector.Unprotect(cipher)];
    }
}
