using System.Text;
using System.Text.Json;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Tests.Api;

public sealed class DispatchJsonTests
{
    [Theory]
    [InlineData("Käse 😀 <b>&'+\u2028", "Käse 😀 <b>&'+\u2028")]
    [InlineData("a\"b\\c\n\u0001", "a\\\"b\\\\c\\u000a\\u0001")]
    public void Only_what_json_demands_is_escaped(string text, string expected)
    {
        var json = JsonSerializer.Serialize(new ApiError("code", Message: text), DispatchJson.Plain.GetTypeInfo(typeof(ApiError))!);
        Assert.Equal($$"""{"code":"code","message":"{{expected}}"}""", json);
        Assert.Equal(text, JsonDocument.Parse(json).RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public void A_lone_surrogate_in_memory_still_gives_valid_json()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(
            new ApiError("code", Message: "a\ud83d"), DispatchJson.Plain.GetTypeInfo(typeof(ApiError))!);
        Assert.NotNull(JsonDocument.Parse(json).RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public void A_payload_is_written_byte_for_byte()
    {
        const string payload = """{ "b":1.50 , "a":"\u0041", "a":2 }""";
        var json = JsonSerializer.Serialize(new JobRequest
        {
            Title = "t",
            WebhookUrl = "u",
            FireAt = "f",
            Payload = new RawJson(Encoding.UTF8.GetBytes(payload)),
        }, DispatchJson.Plain.JobRequest);
        Assert.Equal($$"""{"title":"t","webhookUrl":"u","fireAt":"f","payload":{{payload}}}""", json);
        Assert.Equal(
            payload,
            Encoding.UTF8.GetString(JsonSerializer.Deserialize(json, DispatchJson.Plain.JobRequest)!.Payload!.Value.Utf8.Span));
    }
}
