using System.Security.Cryptography;
using System.Text;
using Dispatch.Model;
using Dispatch.Signing;

namespace Dispatch.Tests.Signing;

public sealed class WebhookSignatureTests
{
    private const long Seconds = 1_765_703_400;
    private const string Body =
        """{"jobId":"3f6c2b8e-7a41-4c9d-9b21-d5a0c3e8f612","title":"Trial expiry reminder","payload":{"userId":"usr_812","plan":"pro"}"""
        + ""","firedAt":"2026-06-13T09:30:00.004Z"}""";

    private static readonly Guid JobId = Guid.Parse("3f6c2b8e-7a41-4c9d-9b21-d5a0c3e8f612");
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];
    private static readonly byte[] OldKey = [.. Enumerable.Range(0, 32).Select(i => (byte)(255 - i))];

    [Fact]
    public void Documented_vector_is_met() => Assert.Equal(
        "t=1765703400,v1=f72d8d2138e216c9f584c69886ca2e6fab0e7d1841a502eb16ae07d8db77c5c9",
        Sign("whdisp_test_secret").DispatchSignature);

    [Fact]
    public void Own_form_is_keyed_with_the_secret_as_shown() =>
        Assert.Equal($"t={Seconds},v1={OwnForm(Shown(Key))}", Sign(Shown(Key)).DispatchSignature);

    [Fact]
    public void Standard_webhooks_form_is_keyed_with_the_decoded_bytes()
    {
        var signature = Sign(Shown(Key));

        Assert.Equal("3f6c2b8e-7a41-4c9d-9b21-d5a0c3e8f612", signature.Id);
        Assert.Equal("1765703400", signature.Timestamp);
        Assert.Equal($"v1,{StandardForm(Key)}", signature.StandardSignature);
    }

    [Fact]
    public void Standard_webhooks_reference_vector_is_met_by_the_computation_these_tests_compare_with() => Assert.Equal(
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        StandardForm(
            Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            """{"test": 2432232314}"""));

    [Fact]
    public void Rotation_signs_with_both_secrets_newest_first()
    {
        var signature = Sign(Shown(Key), Shown(OldKey));

        Assert.Equal($"t={Seconds},v1={OwnForm(Shown(Key))},v1={OwnForm(Shown(OldKey))}", signature.DispatchSignature);
        Assert.Equal($"v1,{StandardForm(Key)} v1,{StandardForm(OldKey)}", signature.StandardSignature);
    }

    [Fact]
    public void Request_signs_the_body_that_goes_out_at_the_second_it_was_fired()
    {
        var firedAt = new DateTimeOffset(2026, 6, 13, 9, 30, 0, 4, TimeSpan.Zero).ToUnixTimeMilliseconds();

        var request = WebhookRequest.For(
            new Job
            {
                Id = JobId,
                Title = "Trial expiry reminder",
                WebhookUrl = "https://example.com/",
                Payload = """{"userId":"usr_812","plan":"pro"}"""u8.ToArray(),
            },
            [Shown(Key)],
            firedAt);

        Assert.Equal(Body, Encoding.UTF8.GetString(request.Body.Span));
        Assert.Equal(firedAt, request.FiredAtMs);
        Assert.Equal(WebhookSignature.Sign([Shown(Key)], JobId, firedAt / 1000, request.Body.Span), request.Signature);
    }

    private static WebhookSignature Sign(params string[] secrets) =>
        WebhookSignature.Sign(secrets, JobId, Seconds, Encoding.UTF8.GetBytes(Body));

    private static string Shown(byte[] key) => "whsec_" + Convert.ToBase64String(key);

    private static string OwnForm(string secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{Seconds}.{Body}")));

    private static string StandardForm(byte[] key) => StandardForm(key, JobId.ToString(), Seconds, Body);

    private static string StandardForm(byte[] key, string id, long seconds, string body) =>
        Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{seconds}.{body}")));
}
