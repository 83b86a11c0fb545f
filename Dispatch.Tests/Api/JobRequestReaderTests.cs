using System.Text;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Time;
using Dispatch.Web.Api;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Api;

public sealed class JobRequestReaderTests
{
    private const string Valid = """ "title":"t","webhookUrl":"https://example.com/hook","fireAt":"2026-01-01T00:00:00.001Z" """;

    private readonly JobRequestReader reader = new(
        new DeliveryOptions { MaxPayloadBytes = 4096 },
        url => url.IdnHost == "denied.example.com" ? "denied" : null,
        new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    [Fact]
    public void A_complete_body_is_read()
    {
        var job = Read(
            """{"fireAt":"2026-01-01T00:00:00.001Z","payload":{"a":1},"webhookUrl":"https://example.com/hook","title":"  Käse 😀 "}""");
        Assert.Equal("Käse 😀", job.Title);
        Assert.Equal("https://example.com/hook", job.WebhookUrl);
        Assert.Equal("2026-01-01T00:00:00.001Z", Clock.ToRfc3339(job.FireAt));
        Assert.Equal("""{"a":1}""", Encoding.UTF8.GetString(job.Payload));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "b" : 1.50e+03 , "a" : [ 1 , 2 ] }""")]
    [InlineData("""{"a":1,"a":2,"A":3}""")]
    [InlineData("""{"a":"\u0041\/\ud83d\ude00😀\u0000","\u0061":-0.0}""")]
    [InlineData("{\n\t\"n\": 123456789012345678901234567890.10,\r\n \"title\": {\"payload\": null} }")]
    public void The_payload_is_kept_byte_for_byte(string payload)
    {
        Assert.Equal(payload, Encoding.UTF8.GetString(Read($$"""{{{Valid}}, "payload" :  {{payload}}  }""").Payload));
        Assert.Equal(payload, Encoding.UTF8.GetString(Read($$"""{"payload":{{payload}},{{Valid}}}""").Payload));
    }

    [Fact]
    public void A_payload_that_is_not_there_is_an_empty_object() => Assert.Equal("{}"u8, Read($"{{{Valid}}}").Payload);

    [Theory]
    [InlineData("", "malformed_json")]
    [InlineData("{", "malformed_json")]
    [InlineData("{} {}", "malformed_json")]
    [InlineData("""{"title":"t",}""", "malformed_json")]
    [InlineData("""{"title":'t'}""", "malformed_json")]
    [InlineData("""{/* */}""", "malformed_json")]
    [InlineData("""{"title":"\x"}""", "malformed_json")]
    [InlineData("{\"title\":\"line\nbreak\"}", "malformed_json")]
    [InlineData("""{"payload":{"a":01}}""", "malformed_json")]
    [InlineData("\uFEFF{}", "malformed_json")]
    [InlineData("[]", "body_not_object")]
    [InlineData("null", "body_not_object")]
    [InlineData("\"text\"", "body_not_object")]
    [InlineData("""{"title":"\ud800"}""", "lone_surrogate")]
    [InlineData("""{"title":"\udc00\ud800"}""", "lone_surrogate")]
    [InlineData("""{"payload":{"a":["\ud83dx\ude00"]}}""", "lone_surrogate")]
    [InlineData("""{"payload":{"\ud83d":1}}""", "lone_surrogate")]
    [InlineData("""{"payload":{"a":"\ud83d\n\ude00"}}""", "lone_surrogate")]
    [InlineData("""{"\udc00":1}""", "lone_surrogate")]
    public void A_broken_body_is_refused_as_a_whole(string body, string code) => Assert.Equal([code], Codes(body));

    [Theory]
    [InlineData("""{"title":"t","webhookUrl":"https://example.com/","fireAt":"2030-01-01T00:00:00Z","fire_at":1}""", "unknown_field")]
    [InlineData("""{"title":"t","webhookUrl":"https://example.com/","fireAt":"2030-01-01T00:00:00Z","Title":"t"}""", "unknown_field")]
    [InlineData(
        """{"title":"t","webhookUrl":"https://example.com/","fireAt":"2030-01-01T00:00:00Z","ti\u0074le":"u"}""",
        "duplicate_field")]
    [InlineData(
        """{"title":"t","webhookUrl":"https://example.com/","fireAt":"2030-01-01T00:00:00Z","payload":{},"payload":{}}""",
        "duplicate_field")]
    [InlineData("""{"title":"t","webhookUrl":"https://example.com/","fireAt":"2030-01-01T00:00:00Z","payload":[]}""", "payload_not_object")]
    [InlineData(
        """{"title":"t","webhookUrl":"https://example.com/","fireAt":"2030-01-01T00:00:00Z","payload":null}""",
        "payload_not_object")]
    [InlineData(
        """{"title":"t","webhookUrl":"https://example.com/","fireAt":"2030-01-01T00:00:00Z","payload":"{}"}""",
        "payload_not_object")]
    [InlineData("""{"title":"t","webhookUrl":"https://example.com/","fireAt":1893456000}""", "fire_at_invalid")]
    [InlineData("""{"title":"t","webhookUrl":"https://example.com/","fireAt":"2030-01-01T00:00:00+00:00"}""", "fire_at_invalid")]
    [InlineData("""{"title":"t","webhookUrl":"https://example.com/","fireAt":"2026-01-01T00:00:00Z"}""", "fire_at_in_past")]
    [InlineData("""{"title":"t","webhookUrl":"https://example.com/","fireAt":"2026-01-01T00:00:00.0009Z"}""", "fire_at_in_past")]
    [InlineData("""{"title":"t","webhookUrl":"https://example.com/"}""", "fire_at_required")]
    [InlineData("""{"webhookUrl":"https://example.com/","fireAt":"2030-01-01T00:00:00Z"}""", "title_required")]
    [InlineData("""{"title":null,"webhookUrl":"https://example.com/","fireAt":"2030-01-01T00:00:00Z"}""", "title_required")]
    [InlineData("""{"title":" \t\u00a0 ","webhookUrl":"https://example.com/","fireAt":"2030-01-01T00:00:00Z"}""", "title_required")]
    [InlineData("""{"title":7,"webhookUrl":"https://example.com/","fireAt":"2030-01-01T00:00:00Z"}""", "title_invalid")]
    [InlineData("""{"title":"a\u0000b","webhookUrl":"https://example.com/","fireAt":"2030-01-01T00:00:00Z"}""", "title_invalid")]
    [InlineData("""{"title":"t","fireAt":"2030-01-01T00:00:00Z"}""", "webhook_url_required")]
    public void One_wrong_field_is_named(string body, string code) => Assert.Equal([code], Codes(body));

    [Theory]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData("/hook")]
    [InlineData("//example.com/hook")]
    [InlineData("ftp://example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http:example.com")]
    [InlineData("http:/example.com")]
    [InlineData("http://")]
    [InlineData("http:///hook")]
    [InlineData("http://?q")]
    [InlineData("http://user:pass@example.com/")]
    [InlineData("http://user@example.com/")]
    [InlineData("http://@example.com/")]
    [InlineData("http://:@example.com/")]
    [InlineData("http://example.com:0/")]
    [InlineData("http://a\u200d.com/")]   // Uri takes it, and throws when asked for its ASCII form
    [InlineData("http://-\u00f6.com/")]   // Uri takes it, and its ASCII form is not ASCII
    [InlineData("http://example.com:65536/")]
    [InlineData("http://example.com:port/")]
    [InlineData(" http://example.com/")]
    [InlineData("http://example.com/ ")]
    [InlineData("http://example.com/a b")]
    [InlineData("http://example.com/a\\nb")]
    [InlineData("http://example.com/\\u0000")]
    [InlineData("http://example.com/\\u007f")]
    [InlineData("http://example.com/\\u2028")]
    [InlineData("http:\\\\\\\\example.com\\\\")]
    [InlineData("http://exa\\tmple.com/")]
    [InlineData("http://[::1/")]
    public void A_url_that_is_not_plain_http_is_refused(string url) => Assert.Equal(["webhook_url_invalid"], Codes(WithUrl(url)));

    [Theory]
    [InlineData("http://example.com")]
    [InlineData("HTTPS://EXAMPLE.com:8443/a/b?q=@x&r=%20#part")]
    [InlineData("http://8.8.8.8/")]
    [InlineData("http://[2606:4700::1111]:8080/")]
    [InlineData("https://käse.example/ü?ä=ö")]
    [InlineData("http://example.com/@user")]
    public void A_plain_url_is_kept_as_it_was_written(string url) => Assert.Equal(url, Read(WithUrl(url)).WebhookUrl);

    [Fact]
    public void A_denied_destination_is_refused_at_once() =>
        Assert.Equal(["destination_not_allowed"], Codes(WithUrl("https://denied.example.com/")));

    [Fact]
    public void A_url_may_have_2048_characters()
    {
        var longest = "https://example.com/".PadRight(2048, 'a');
        Assert.Equal(longest, Read(WithUrl(longest)).WebhookUrl);
        Assert.Equal(["webhook_url_too_long"], Codes(WithUrl(longest + "a")));
    }

    [Fact]
    public void A_title_may_have_200_characters_whatever_their_width()
    {
        var longest = string.Concat(Enumerable.Repeat("😀", 200));
        Assert.Equal(longest, Read(WithTitle($"  {longest}  ")).Title);
        Assert.Equal(["title_too_long"], Codes(WithTitle(longest + "a")));
    }

    [Fact]
    public void All_wrong_fields_are_named_at_once() => Assert.Equal(
        ["unknown_field", "title_required", "webhook_url_invalid", "fire_at_invalid", "payload_not_object"],
        Codes("""{"webhookUrl":"x","fireAt":"x","payload":1,"when":1}"""));

    [Fact]
    public void Ten_thousand_unknown_fields_do_not_make_ten_thousand_errors() =>
        Assert.InRange(Codes("{" + string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"\"f{i}\":1")) + "}").Length, 1, 20);

    [Theory]
    [InlineData("{\"a\":", "}")]
    [InlineData("[", "]")]
    public void A_payload_may_be_64_levels_deep(string open, string close)
    {
        Assert.NotNull(Read(Deep(64, open, close)));
        Assert.Equal(["payload_too_deep"], Codes(Deep(65, open, close)));
        Assert.Equal(["payload_too_deep"], Codes(Deep(500, open, close)));
    }

    [Fact]
    public void A_payload_above_the_limit_is_413()
    {
        string Sized(int bytes) => $"{{{Valid},\"payload\":{{\"a\":\"{new string('x', bytes - 8)}\"}}}}";
        Assert.Equal(4096, Read(Sized(4096)).Payload.Length);
        var failure = reader.Read(Encoding.UTF8.GetBytes(Sized(4097))).Failure!;
        Assert.Equal((413, "payload_too_large", "payload"), (failure.Status, failure.Error.Code, failure.Error.Field));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xE2, 0x82 })]
    public void Text_that_is_not_utf8_is_refused(byte[] bad)
    {
        byte[] body = [.. Encoding.UTF8.GetBytes($$"""{{{Valid}},"payload":{"a":" """), .. bad, .. "\"}}"u8];
        Assert.Equal("invalid_utf8", reader.Read(body).Failure!.Error.Code);
    }

    [Fact]
    public void A_byte_order_mark_is_not_json() => Assert.Equal(
        "malformed_json",
        reader.Read([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($"{{{Valid}}}")]).Failure!.Error.Code);

    private static string WithUrl(string url) => $$"""{"title":"t","fireAt":"2030-01-01T00:00:00Z","webhookUrl":"{{url}}"}""";

    private static string WithTitle(string title) =>
        $$"""{"title":"{{title}}","fireAt":"2030-01-01T00:00:00Z","webhookUrl":"https://example.com/"}""";

    // The payload itself is the first level.
    private static string Deep(int levels, string open, string close) =>
        $"{{{Valid},\"payload\":{{\"a\":{Repeat(open, levels - 1)}{(open == "[" ? "" : "1")}{Repeat(close, levels - 1)}}}}}";

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private Job Read(string body)
    {
        var (draft, failure) = reader.Read(Encoding.UTF8.GetBytes(body));
        Assert.True(draft is not null, failure?.Message);
        return draft;
    }

    private string[] Codes(string body)
    {
        var (draft, failure) = reader.Read(Encoding.UTF8.GetBytes(body));
        Assert.Null(draft);
        return [.. (failure!.Errors ?? [failure.Error]).Select(error => error.Code)];
    }
}
