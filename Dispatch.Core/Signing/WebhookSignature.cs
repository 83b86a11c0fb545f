using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dispatch.Signing;

/// <summary>The headers that prove to a receiver that a delivery is genuine and recent.</summary>
/// <param name="DispatchSignature">Value of <c>x-dispatch-signature</c>: <c>t=…,v1=hex</c>, one <c>v1</c> per secret.</param>
/// <param name="Id">Value of <c>webhook-id</c>: the job's id.</param>
/// <param name="Timestamp">Value of <c>webhook-timestamp</c>: Unix seconds.</param>
/// <param name="StandardSignature">Value of <c>webhook-signature</c>: <c>v1,base64</c>, one per secret, separated by a space.</param>
internal sealed record WebhookSignature(string DispatchSignature, string Id, string Timestamp, string StandardSignature)
{
    /// <summary>Signs the body in both forms (HMAC-SHA256, RFC 2104).</summary>
    /// <param name="secrets">The project's secrets as shown, newest first: one, or two for a day after a rotation.</param>
    public static WebhookSignature Sign(IReadOnlyList<string> secrets, Guid jobId, long unixSeconds, ReadOnlySpan<byte> body)
    {
        var id = jobId.ToString();
        var timestamp = unixSeconds.ToString(CultureInfo.InvariantCulture);
        Span<byte> dispatchPrefix = stackalloc byte[timestamp.Length + 1];
        Span<byte> standardPrefix = stackalloc byte[id.Length + timestamp.Length + 2];
        Encoding.UTF8.TryGetBytes($"{timestamp}.", dispatchPrefix, out _);
        Encoding.UTF8.TryGetBytes($"{id}.{timestamp}.", standardPrefix, out _);

        var dispatch = $"t={timestamp}";
        var standard = "";
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var secret in secrets)
        {
            Authenticate(Encoding.UTF8.GetBytes(secret), dispatchPrefix, body, mac);
            dispatch = $"{dispatch},v1={Convert.ToHexStringLower(mac)}";

            Authenticate(StandardKey(secret), standardPrefix, body, mac);
            standard = $"{standard}{(standard.Length == 0 ? "" : " ")}v1,{Convert.ToBase64String(mac)}";
        }

        return new(dispatch, id, timestamp, standard);
    }

    // Appended in two pieces, because HMACSHA256.HashData would need a copy of prefix and body in one array.
    public static void Authenticate(ReadOnlySpan<byte> key, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> body, Span<byte> mac)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(prefix);
        hmac.AppendData(body);
        hmac.GetHashAndReset(mac);
    }

    /// <summary>Decodes the base64 after the prefix (Standard Webhooks). A secret of another form is the key itself.</summary>
    public static byte[] StandardKey(string secret)
    {
        if (secret.StartsWith(SigningSecrets.Prefix, StringComparison.Ordinal))
        {
            var key = new byte[secret.Length];
            if (Convert.TryFromBase64Chars(secret.AsSpan(SigningSecrets.Prefix.Length), key, out var length)) return key[..length];
        }

        return Encoding.UTF8.GetBytes(secret);
    }
}
