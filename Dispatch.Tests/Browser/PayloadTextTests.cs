using System.Text;
using System.Text.Json;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Parts.Jobs;

namespace Dispatch.Tests.Browser;

public sealed class PayloadTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("{}")]
    [InlineData("""{"a":1.0e+02,"a":[null,true,{"b":"\ud83d\ude80 é"}]}""")]
    public void A_payload_that_the_API_takes_has_no_problem(string text) => Assert.Null(PayloadCheck.Check(text));

    [Theory]
    [InlineData("{\n  \"a\": 1,\n  b: 2\n}", 3, 3, "names stand in double quotes")]
    [InlineData("{\"a\": 1,}", 1, 9, "a comma with nothing after it")]
    [InlineData("{\"a\": [1, 2,\n ]}", 2, 2, "a comma with nothing after it")]
    [InlineData("{'a': 1}", 1, 2, "straight double quotes")]
    [InlineData("{\"é🚀\": 'x'}", 1, 9, "straight double quotes")]
    [InlineData("{\"a\": 1 // why\n}", 1, 9, "no comments")]
    [InlineData("{\"a\": 1", 1, 8, "the text ends before the object does")]
    [InlineData("{\"a\": \"x\ny\"}", 1, 9, "a line break or tab within a text")]
    [InlineData("{\"a\": 1} {}", 1, 10, "unexpected {")]
    [InlineData("[1]", 1, 1, "must be a JSON object")]
    [InlineData("\n \"text\"", 2, 2, "must be a JSON object")]
    [InlineData("{\"a\":\n\"x\\ud800y\"}", 2, 1, "half of a surrogate pair")]
    [InlineData("{\"\\udc00\": 1}", 1, 2, "half of a surrogate pair")]
    public void A_problem_stands_where_it_is(string text, int line, int column, string message)
    {
        var problem = PayloadCheck.Check(text);

        Assert.NotNull(problem);
        Assert.Equal((line, column), (problem.Line, problem.Column));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal(text.Split('\n').Take(line - 1).Sum(before => before.Length + 1) + column - 1, problem.At);
    }

    [Fact]
    public void Sixty_four_levels_are_taken_and_sixty_five_are_not()
    {
        Assert.Null(PayloadCheck.Check(Nested(64)));
        Assert.Contains("64 levels", PayloadCheck.Check(Nested(65))!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":1.0e+02,"b":[1,-0.0,"x, y: {z}"],"a":"\u00e9\"\\","e":{},"f":[ ],"g":{"h":null}}""")]
    [InlineData("{}")]
    [InlineData(" { \"a\" :\t[ { } , [ ] ] } \r\n")]
    [InlineData("""{"\"}{":"[]\\"}""")]
    public void Laying_out_changes_nothing_but_the_white_space_between_tokens(string json)
    {
        var (text, isCut) = JsonLayout.Indent(json, 10_000);

        Assert.False(isCut);
        Assert.Equal(WithoutSpace(json), WithoutSpace(text));
        Assert.Equal(text, JsonLayout.Indent(text, 10_000).Text);
    }

    [Fact]
    public void Levels_are_indented_by_two() =>
        Assert.Equal(
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {\n    \"c\": \"\"\n  }\n}",
            JsonLayout.Indent("""{"a":[1,{}],"b":{"c":""}}""", 1000).Text);

    [Fact]
    public void A_layout_that_would_be_many_times_as_long_is_cut()
    {
        var json = string.Concat(Enumerable.Repeat("[", 60)) + string.Join(',', Enumerable.Repeat("1", 100_000)) + new string(']', 60);

        var (text, isCut) = JsonLayout.Indent($"{{\"a\":{json}}}", 1_000_000);

        Assert.True(isCut);
        Assert.Equal(1_000_000, text.Length);
    }

    [Fact]
    public void A_request_holds_the_payload_as_it_was_typed()
    {
        var payload = "{ \"n\" : 1.0e+02,\r\n\"n\":\"\\u00e9\" }";

        var body = JobRequestText.Of(new JobRequest
        {
            Title = "He said \"hi\"\n\\ 🚀",
            WebhookUrl = "https://example.com/?a=<b>&c='d'",
            FireAt = "2026-06-13T09:30:00.004Z",
            Payload = JobRequestText.Payload(payload),
        });

        Assert.EndsWith($",\"payload\":{payload}}}", body, StringComparison.Ordinal);
        var read = JsonDocument.Parse(body).RootElement;
        Assert.Equal("He said \"hi\"\n\\ 🚀", read.GetProperty("title").GetString());
        Assert.Equal("https://example.com/?a=<b>&c='d'", read.GetProperty("webhookUrl").GetString());
        Assert.Equal("2026-06-13T09:30:00.004Z", read.GetProperty("fireAt").GetString());
    }

    [Fact]
    public void A_request_without_a_payload_leaves_the_field_out()
    {
        var text = JobRequestText.Of(
            new JobRequest { Title = "a", WebhookUrl = "b", FireAt = "c", Payload = JobRequestText.Payload(" \n") });

        Assert.False(JsonDocument.Parse(text).RootElement.TryGetProperty("payload", out _));
    }

    private static string Nested(int levels) =>
        string.Concat(Enumerable.Repeat("{\"a\":", levels - 1)) + "{}" + new string('}', levels - 1);

    private static string WithoutSpace(string json)
    {
        var kept = new StringBuilder();
        var isText = false;
        for (var at = 0; at < json.Length; at++)
        {
            if (isText && json[at] == '\\') kept.Append(json[at++]);
            else if (json[at] == '"') isText = !isText;
            if (isText || !char.IsWhiteSpace(json[at])) kept.Append(json[at]);
        }

        return kept.ToString();
    }
}
