namespace Dispatch.Web.Client.Parts.Project;

/// <summary>
/// What a receiver does with a delivery's signature. It checks it over the raw body, in constant time, with five minutes' tolerance, and
/// accepts the delivery if one of several signatures holds (there are two for a day after a rotation).
/// </summary>
public static class VerificationSamples
{
    public static IReadOnlyList<VerificationSample> All { get; } =
    [
        new("node", "Node", NodeDispatch, NodeStandard),
        new("csharp", "C#", CSharpDispatch, CSharpStandard),
        new("python", "Python", PythonDispatch, PythonStandard),
        new("go", "Go", GoDispatch, GoStandard),
    ];

    private const string NodeDispatch = """
        import { createHmac, timingSafeEqual } from "node:crypto";

        // rawBody: a Buffer. header: the value of x-dispatch-signature. secret: as shown, with whsec_.
        export function isFromDispatch(rawBody, header, secret) {
          const parts = String(header ?? "").split(",").map(part => part.trim().split("=", 2));
          const timestamp = parts.find(([name]) => name === "t")?.[1] ?? "";
          if (!/^\d+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;

          const expected = Buffer.from(createHmac("sha256", secret).update(`${timestamp}.`).update(rawBody).digest("hex"));
          return parts.some(([name, value = ""]) => {
            const given = Buffer.from(value);
            return name === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
          });
        }
        """;

    private const string NodeStandard = """
        import { createHmac, timingSafeEqual } from "node:crypto";

        // rawBody: a Buffer. headers: the request's, names in lower case. secret: as shown, with whsec_.
        export function isFromDispatch(rawBody, headers, secret) {
          const id = headers["webhook-id"], timestamp = headers["webhook-timestamp"] ?? "";
          if (!/^\d+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;

          const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
          const expected = Buffer.from(createHmac("sha256", key).update(`${id}.${timestamp}.`).update(rawBody).digest("base64"));
          return String(headers["webhook-signature"] ?? "").split(" ").some(signature => {
            const [version, value = ""] = signature.split(",", 2);
            const given = Buffer.from(value);
            return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
          });
        }
        """;

    private const string CSharpDispatch = """
        using System.Globalization;
        using System.Security.Cryptography;
        using System.Text;

        public static class DispatchSignature
        {
            // header: the value of x-dispatch-signature. secret: as shown, with whsec_.
            public static bool IsValid(byte[] rawBody, string? header, string secret)
            {
                var parts = (header ?? "").Split(',').Select(part => part.Trim().Split('=', 2)).Where(part => part.Length == 2).ToList();
                var timestamp = parts.FirstOrDefault(part => part[0] == "t")?[1];
                if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                    || Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds) > 300) return false;

                byte[] signed = [.. Encoding.UTF8.GetBytes($"{timestamp}."), .. rawBody];
                var expected = Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed)).ToLowerInvariant();
                return parts.Any(part => part[0] == "v1"
                    && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(part[1]), Encoding.UTF8.GetBytes(expected)));
            }
        }
        """;

    private const string CSharpStandard = """
        using System.Globalization;
        using System.Security.Cryptography;
        using System.Text;

        public static class StandardWebhooks
        {
            // id, timestamp, signatures: webhook-id, webhook-timestamp, webhook-signature. secret: as shown, with whsec_.
            public static bool IsValid(byte[] rawBody, string? id, string? timestamp, string? signatures, string secret)
            {
                if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                    || Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds) > 300) return false;

                var key = Convert.FromBase64String(secret["whsec_".Length..]);
                byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. rawBody];
                var expected = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)));
                return (signatures ?? "").Split(' ').Any(signature =>
                    CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), expected));
            }
        }
        """;

    private const string PythonDispatch = """
        import hashlib, hmac, re, time

        # raw_body: bytes. header: the value of x-dispatch-signature. secret: as shown, with whsec_.
        def is_from_dispatch(raw_body, header, secret):
            parts = [part.strip().partition("=") for part in (header or "").split(",")]
            timestamp = next((value for name, _, value in parts if name == "t"), "")
            if not re.fullmatch("[0-9]{1,12}", timestamp) or abs(time.time() - int(timestamp)) > 300:
                return False

            signed = timestamp.encode() + b"." + raw_body
            expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
            return any(name == "v1" and hmac.compare_digest(value.encode(), expected) for name, _, value in parts)
        """;

    private const string PythonStandard = """
        import base64, hashlib, hmac, re, time

        # raw_body: bytes. headers: the request's, names in lower case. secret: as shown, with whsec_.
        def is_from_dispatch(raw_body, headers, secret):
            id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
            if not re.fullmatch("[0-9]{1,12}", timestamp) or abs(time.time() - int(timestamp)) > 300:
                return False

            key = base64.b64decode(secret.removeprefix("whsec_"))
            signed = f"{id}.{timestamp}.".encode() + raw_body
            expected = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
            signatures = headers.get("webhook-signature", "").split(" ")
            return any(hmac.compare_digest(signature.encode(), expected) for signature in signatures)
        """;

    private const string GoDispatch = """
        package receiver

        import (
        	"crypto/hmac"
        	"crypto/sha256"
        	"encoding/hex"
        	"math"
        	"strconv"
        	"strings"
        	"time"
        )

        // header: the value of x-dispatch-signature. secret: as shown, with whsec_.
        func IsFromDispatch(rawBody []byte, header, secret string) bool {
        	var timestamp string
        	var signatures []string
        	for _, part := range strings.Split(header, ",") {
        		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
        		switch name {
        		case "t":
        			timestamp = value
        		case "v1":
        			signatures = append(signatures, value)
        		}
        	}
        	seconds, err := strconv.ParseInt(timestamp, 10, 64)
        	if err != nil || math.Abs(time.Since(time.Unix(seconds, 0)).Seconds()) > 300 {
        		return false
        	}

        	mac := hmac.New(sha256.New, []byte(secret))
        	mac.Write([]byte(timestamp + "."))
        	mac.Write(rawBody)
        	expected := []byte(hex.EncodeToString(mac.Sum(nil)))
        	for _, signature := range signatures {
        		if hmac.Equal([]byte(signature), expected) {
        			return true
        		}
        	}
        	return false
        }
        """;

    private const string GoStandard = """
        package receiver

        import (
        	"crypto/hmac"
        	"crypto/sha256"
        	"encoding/base64"
        	"math"
        	"net/http"
        	"strconv"
        	"strings"
        	"time"
        )

        // secret: as shown, with whsec_.
        func IsFromDispatch(rawBody []byte, headers http.Header, secret string) bool {
        	id, timestamp := headers.Get("webhook-id"), headers.Get("webhook-timestamp")
        	seconds, err := strconv.ParseInt(timestamp, 10, 64)
        	if err != nil || math.Abs(time.Since(time.Unix(seconds, 0)).Seconds()) > 300 {
        		return false
        	}
        	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
        	if err != nil {
        		return false
        	}

        	mac := hmac.New(sha256.New, key)
        	mac.Write([]byte(id + "." + timestamp + "."))
        	mac.Write(rawBody)
        	expected := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
        	for _, signature := range strings.Split(headers.Get("webhook-signature"), " ") {
        		if hmac.Equal([]byte(signature), expected) {
        			return true
        		}
        	}
        	return false
        }
        """;
}
