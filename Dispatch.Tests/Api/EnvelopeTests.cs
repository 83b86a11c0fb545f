using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Api;

/// <summary>Every answer under <c>/api</c> is the envelope; ApiClient checks that of each.</summary>
public sealed class EnvelopeTests(TestWebHost host) : IClassFixture<TestWebHost>
{
    [Theory]
    [InlineData("/api")]
    [InlineData("/api/")]
    [InlineData("/api/v1/nope")]
    [InlineData("/api/v2/jobs")]
    [InlineData("/API/v1/nope")]
    public async Task An_unknown_address_is_404(string path)
    {
        var answer = await host.Anonymous.GetAsync(path);
        Assert.Equal((404, "not_found"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_wrong_method_is_405_and_says_which_are_right()
    {
        var answer = await host.Anonymous.SendAsync(HttpMethod.Put, "jobs");
        Assert.Equal((405, "method_not_allowed"), (answer.Status, answer.Code));
        Assert.Equal(["GET", "POST"], answer.ContentHeaders.Allow.Order());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonp")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; version=1")]
    [InlineData("application/vnd.api+json")]
    public async Task A_wrong_content_type_is_415(string? type) => Assert.Equal(415, (await PostJobAsync("{}"u8.ToArray(), type)).Status);

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; Charset=UTF-8")]
    [InlineData("application/json;charset=\"utf-8\"")]
    public async Task The_right_content_type_may_be_spelled_in_several_ways(string type) =>
        Assert.Equal(400, (await PostJobAsync("{}"u8.ToArray(), type)).Status);

    [Fact]
    public async Task A_compressed_body_is_415()
    {
        using var content = Content("{}"u8.ToArray(), "application/json");
        content.Headers.ContentEncoding.Add("gzip");
        Assert.Equal(415, (await (await ProgramAsync()).SendAsync(HttpMethod.Post, "jobs", content)).Status);
    }

    [Fact]
    public async Task A_body_above_the_limit_is_413_with_and_without_a_length()
    {
        var program = await ProgramAsync();
        var large = Encoding.ASCII.GetBytes($$"""{"title":"{{new string('x', 330_000)}}"}""");
        using var known = Content(large, "application/json");
        Assert.Equal((413, "body_too_large"), Brief(await program.SendAsync(HttpMethod.Post, "jobs", known)));
        using var chunked = new StreamContent(new UnknownLength(large));
        chunked.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        Assert.Equal((413, "body_too_large"), Brief(await program.SendAsync(HttpMethod.Post, "jobs", chunked)));
    }

    [Fact]
    public async Task A_payload_above_the_limit_is_413() =>
        Assert.Equal(
            (413, "payload_too_large"),
            Brief(await (await ProgramAsync()).PostAsync("jobs", "{\"payload\":{\"a\":\"" + new string('x', 262_144) + "\"}}")));

    [Theory]
    [InlineData("{", "malformed_json")]
    [InlineData("", "malformed_json")]
    [InlineData("[]", "body_not_object")]
    [InlineData("""{"name":"a","nmae":"b"}""", "unknown_field")]
    [InlineData("""{"name":"a","name":"b"}""", "duplicate_field")]
    [InlineData("""{"name":1}""", "name_invalid")]
    [InlineData("""{}""", "name_required")]
    [InlineData("""{"name":"  "}""", "name_required")]
    [InlineData("""{"name":"\ud800"}""", "lone_surrogate")]
    public async Task Small_bodies_are_read_as_strictly(string body, string code) =>
        Assert.Equal((400, code), Brief(await (await host.RegisterAsync()).PostAsync("projects", body)));

    [Fact]
    public async Task A_wrong_job_names_every_wrong_field()
    {
        var answer = await (await ProgramAsync()).PostAsync("jobs", new
        {
            title = "",
            webhookUrl = $"https://{TestWebHost.DeniedHost}/",
            fireAt = "2020-01-01T00:00:00Z",
            fire_at = 1,
        });
        Assert.Equal(["unknown_field", "title_required", "destination_not_allowed", "fire_at_in_past"], answer.Codes);
        Assert.Equal("unknown_field", answer.Code);
    }

    [Fact]
    public async Task A_bug_is_500_without_any_detail()
    {
        var answer = await host.Anonymous.GetAsync("test/fault?kind=bug");
        Assert.Equal((500, "internal_error"), Brief(answer));
        Assert.DoesNotContain("secret detail", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bug", 500)]
    [InlineData("storage", 503)]
    public async Task In_development_too_an_exception_is_the_envelope_and_no_more(string kind, int status)
    {
        await using var own = new TestWebHost { Settings = ["--environment=Development"] };
        await own.InitializeAsync();
        var answer = await own.Anonymous.GetAsync($"test/fault?kind={kind}");
        Assert.Equal(status, answer.Status);
        Assert.DoesNotContain("Exception", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_host_name_is_400()
    {
        await using var named = new TestWebHost { Settings = ["--AllowedHosts=dispatch.example.com"] };
        await named.InitializeAsync();
        Assert.Equal((400, "bad_request"), Brief(await named.Anonymous.GetAsync("jobs")));
    }

    [Fact]
    public async Task A_key_of_any_bytes_is_401()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(host.Address.Host, host.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.Latin1.GetBytes(
                "GET /api/v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx-api-key: \u00ff\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
        Assert.Contains("\"unauthorized\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_401_says_what_it_asks_for()
    {
        var wrong = await host.Anonymous.PostAsync("auth/login", new { email = "nobody@example.com", password = ApiClient.Password });
        Assert.Equal((401, "Bearer"), (wrong.Status, wrong.Headers.WwwAuthenticate.Single().Scheme));
        Assert.Equal("ApiKey", (await host.Anonymous.SendAsync(HttpMethod.Post, "jobs")).Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task An_unknown_name_is_not_cut_inside_a_character()
    {
        var answer = await (await host.RegisterAsync()).PostAsync("projects", $$"""{"{{new string('a', 99)}}😀":1}""");
        Assert.Contains($"{new string('a', 99)}… is not a field", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_storage_that_does_not_answer_is_503_with_retry_after()
    {
        var answer = await host.Anonymous.GetAsync("test/fault?kind=storage");
        Assert.Equal((503, "storage_unavailable"), Brief(answer));
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task A_missing_query_parameter_of_the_framework_is_400() =>
        Assert.Equal(400, (await host.Anonymous.GetAsync("test/fault")).Status);

    private static (int Status, string? Code) Brief(ApiAnswer answer) => (answer.Status, answer.Code);

    private static ByteArrayContent Content(byte[] body, string? type)
    {
        var content = new ByteArrayContent(body);
        if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private async Task<ApiAnswer> PostJobAsync(byte[] body, string? type)
    {
        using var content = Content(body, type);
        return await (await ProgramAsync()).SendAsync(HttpMethod.Post, "jobs", content);
    }

    private async Task<ApiClient> ProgramAsync()
    {
        var person = await host.RegisterAsync();
        return person.WithKey((await person.CreateKeyAsync(await person.CreateProjectAsync())).Text);
    }

    private sealed class UnknownLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
