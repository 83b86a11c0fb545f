using System.Text;
using System.Text.Json;
using Dispatch.Signing;

namespace Dispatch.Tests.Signing;

public sealed class WebhookBodyTests
{
    private static readonly Guid JobId = Guid.Parse("3f6c2b8e-7a41-4c9d-9b21-d5a0c3e8f612");
    private static readonly long FiredAt = new DateTimeOffset(2026, 6, 13, 9, 30, 0, 4, TimeSpan.Zero).ToUnixTimeMilliseconds();

    [Fact]
    public void Body_has_the_documented_bytes() => Assert.Equal(
        """{"jobId":"3f6c2b8e-7a41-4c9d-9b21-d5a0c3e8f612","title":"Trial expiry reminder","payload":{"userId":"usr_812","plan":"pro"}"""
        + ""","firedAt":"2026-06-13T09:30:00.004Z"}""",
        Build("Trial expiry reminder", """{"userId":"usr_812","plan":"pro"}"""));

    [Theory]
    [InlineData("""{ "n" : 1.0e+2, "n":100,"z":9007199254740993,  "a":"\u00e9\/" }""")]
    [InlineData("{}")]
    [InlineData("{\n\t\"emoji\": \"🐘\"\r\n}")]
    public void Payload_is_delivered_byte_for_byte(string payload) =>
        Assert.Contains($",\"payload\":{payload},\"firedAt\":", Build("t", payload), StringComparison.Ordinal);

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("say \"hi\" \\ there", "say \\\"hi\\\" \\\\ there")]
    [InlineData("a\tb\nc\u0001", "a\\u0009b\\u000ac\\u0001")]
    [InlineData("Grüße 🐘 <b>&'\u2028\u007f", "Grüße 🐘 <b>&'\u2028\u007f")]
    public void Title_is_escaped_no_more_than_json_requires(string title, string expected)
    {
        var body = Build(title, "{}");

        Assert.Contains($",\"title\":\"{expected}\",", body, StringComparison.Ordinal);
        Assert.Equal(title, JsonDocument.Parse(body).RootElement.GetProperty("title").GetString());
    }

    [Fact]
    public void Year_9999_is_written_like_any_other() => Assert.EndsWith(
        ""","firedAt":"9999-12-31T23:59:59.999Z"}""",
        Encoding.UTF8.GetString(WebhookBody.Build(JobId, "t", "{}"u8, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())),
        StringComparison.Ordinal);

    private static string Build(string title, string payload) =>
        new UTF8Encoding(false, throwOnInvalidBytes: true)
            .GetString(WebhookBody.Build(JobId, title, Encoding.UTF8.GetBytes(payload), FiredAt));
}
