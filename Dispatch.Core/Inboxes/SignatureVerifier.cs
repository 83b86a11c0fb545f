using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dispatch.Model;
using Dispatch.Signing;

namespace Dispatch.Inboxes;

/// <summary>The signature headers of a request; null if missing.</summary>
/// <param name="Dispatch"><c>x-dispatch-signature</c>.</param>
/// <param name="Id"><c>webhook-id</c>.</param>
/// <param name="Timestamp"><c>webhook-timestamp</c>, Unix seconds.</param>
/// <param name="Standard"><c>webhook-signature</c>.</param>
internal sealed record SignatureHeaders(string? Dispatch, string? Id, string? Timestamp, string? Standard);

/// <summary>Checks a request as a careful receiver does: both forms, in constant time, at most five minutes old or early.</summary>
internal static class SignatureVerifier
{
    private const long ToleranceSeconds = 300;

    /// <param name="body">The whole body, as it arrived.</param>
    /// <param name="secrets">The project's secrets as shown; each form must be valid with one of them.</param>
    /// <param name="nowMs">The time of arrival, milliseconds since the Unix epoch, UTC.</param>
    public static SignatureVerdict Check(SignatureHeaders headers, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets, long nowMs)
    {
        if (headers is { Dispatch: null, Standard: null }) return SignatureVerdict.Missing;
        return DispatchHolds(headers.Dispatch, body, secrets, nowMs / 1000) && StandardHolds(headers, body, secrets, nowMs / 1000)
            ? SignatureVerdict.Valid
            : SignatureVerdict.Invalid;
    }

    // t=1765703400,v1=…,v1=…
    private static bool DispatchHolds(string? header, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets, long now)
    {
        var parts = header?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        var timestamp = parts.FirstOrDefault(part => part.StartsWith("t=", StringComparison.Ordinal))?[2..];
        if (!IsRecent(timestamp, now)) return false;

        string[] given = [.. parts.Where(part => part.StartsWith("v1=", StringComparison.Ordinal)).Select(part => part[3..])];
        var prefix = Encoding.UTF8.GetBytes($"{timestamp}.");
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var holds = false;
        foreach (var secret in secrets)
        {
            WebhookSignature.Authenticate(Encoding.UTF8.GetBytes(secret), prefix, body, mac);
            holds |= AnyIs(given, Convert.ToHexStringLower(mac));
        }

        return holds;
    }

    // v1,base64 v1,base64
    private static bool StandardHolds(SignatureHeaders headers, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets, long now)
    {
        if (headers.Id is null || headers.Standard is null || !IsRecent(headers.Timestamp, now)) return false;

        string[] given =
        [
            .. headers.Standard.Split(' ').Where(part => part.StartsWith("v1,", StringComparison.Ordinal)).Select(part => part[3..]),
        ];
        var prefix = Encoding.UTF8.GetBytes($"{headers.Id}.{headers.Timestamp}.");
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var holds = false;
        foreach (var secret in secrets)
        {
            WebhookSignature.Authenticate(WebhookSignature.StandardKey(secret), prefix, body, mac);
            holds |= AnyIs(given, Convert.ToBase64String(mac));
        }

        return holds;
    }

    private static bool AnyIs(string[] given, string expected)
    {
        var wanted = Encoding.ASCII.GetBytes(expected);
        var found = false;
        foreach (var signature in given) found |= CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), wanted);
        return found;
    }

    private static bool IsRecent(string? timestamp, long now) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && Math.Abs(now - at) <= ToleranceSeconds;
}
