using System.Net;
using System.Net.Sockets;
using System.Text;
using Dispatch.Signing;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Inboxes;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Inboxes;

/// <summary>What strangers send to an inbox, as with curl.</summary>
public abstract class InboxEndpointTests(TestWebHost host) : IAsyncLifetime
{
    private const string Text = """{"hello":"world"}""";

    private InboxUser user = null!;

    private string Url => host.Address.ToString().TrimEnd('/');

    public async ValueTask InitializeAsync() => user = await InboxUser.SignUpAsync(Url);

    public ValueTask DisposeAsync()
    {
        user.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("BREW")]
    public async Task Any_method_is_kept_and_answered_without_cookies_or_HTML(string method)
    {
        var (response, body) = await user.SendAsync(
            new HttpMethod(method), headers: [("X-Mine", "one"), ("Cookie", "dispatch=nonsense; .AspNetCore.Antiforgery=x")]);

        Assert.Equal((HttpStatusCode.OK, """{"received":true}"""), (response.StatusCode, body));
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        Assert.False(response.Headers.Contains("Set-Cookie"));
        var request = Assert.Single(await user.RequestsAsync());
        Assert.Equal((method, ""), (request.GetProperty("method").GetString(), request.GetProperty("body").GetString()));
        Assert.Equal("Missing", request.GetProperty("signature").GetString());
        Assert.Contains("""{"name":"X-Mine","value":"one"}""", request.GetProperty("headers").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, request.GetProperty("jobId").ValueKind);
    }

    [Theory]
    [InlineData(HttpStatusCode.NoContent, "")]
    [InlineData(HttpStatusCode.ResetContent, "")]
    [InlineData(HttpStatusCode.NotModified, "")]
    [InlineData(HttpStatusCode.MovedPermanently, """{"received":true}""")]
    [InlineData(HttpStatusCode.NotFound, """{"received":true}""")]
    [InlineData(HttpStatusCode.ServiceUnavailable, """{"received":true}""")]
    [InlineData((HttpStatusCode)599, """{"received":true}""")]
    public async Task The_chosen_status_is_answered(HttpStatusCode status, string body)
    {
        await user.AnswerWithAsync((int)status);
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
        {
            var (response, text) = await user.SendAsync(method);
            Assert.Equal((status, body), (response.StatusCode, text));
        }

        var (head, nothing) = await user.SendAsync(HttpMethod.Head);
        Assert.Equal((status, ""), (head.StatusCode, nothing));
    }

    [Theory]
    [InlineData("/in")]
    [InlineData("/in/")]
    [InlineData("/in/nothing")]
    [InlineData("/in/0123456789abcdef0123456789abcdef")]
    public async Task An_unknown_token_is_404_in_JSON(string path)
    {
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
        {
            var (response, body) = await user.SendAsync(method, url: Url + path);
            Assert.Equal((HttpStatusCode.NotFound, """{"received":false}"""), (response.StatusCode, body));
        }
    }

    [Fact]
    public async Task Only_the_last_hundred_are_kept()
    {
        await user.PostAsync("first");
        for (var i = 0; i < 100; i++) await user.PostAsync($"{i}");
        var kept = (await user.RequestsAsync()).Select(request => request.GetProperty("body").GetString()).ToArray();
        Assert.Equal(100, kept.Length);
        Assert.DoesNotContain("first", kept);
        Assert.Contains("0", kept);
        Assert.Contains("99", kept);
    }

    [Fact]
    public async Task A_long_body_is_cut_without_breaking_a_character_and_an_endless_one_is_not_read()
    {
        var long_ = Encoding.UTF8.GetBytes(new string('x', (256 * 1024) - 1) + "€€€");
        Assert.Equal(HttpStatusCode.OK, (await user.SendAsync(HttpMethod.Post, long_)).Response.StatusCode);
        var request = Assert.Single(await user.RequestsAsync());
        Assert.True(request.GetProperty("bodyIsCut").GetBoolean());
        Assert.Equal(new string('x', (256 * 1024) - 1), request.GetProperty("body").GetString());

        // Announces 100 MB, above the server's own limit, and sends 1 MB: the answer comes all the same.
        var answer = await SendRawAsync($"Content-Length: 100000000\r\n\r\n{new string('y', 1024 * 1024)}");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        var endless = (await user.RequestsAsync())[0];
        Assert.Equal((true, 256 * 1024), (endless.GetProperty("bodyIsCut").GetBoolean(), endless.GetProperty("body").GetString()!.Length));
    }

    [Fact]
    public async Task A_body_of_exactly_256_KiB_is_whole_and_bytes_of_any_kind_are_taken()
    {
        await user.SendAsync(HttpMethod.Post, new byte[256 * 1024]);
        await user.SendAsync(HttpMethod.Post, [0xff, 0x00, (byte)'<']);
        var requests = await user.RequestsAsync();
        Assert.Equal("\ufffd\0<", requests[0].GetProperty("body").GetString());
        Assert.False(requests[1].GetProperty("bodyIsCut").GetBoolean());
        Assert.Equal(256 * 1024, requests[1].GetProperty("body").GetString()!.Length);
    }

    [Fact]
    public async Task A_broken_body_is_400_and_not_kept()
    {
        Assert.StartsWith("HTTP/1.1 400", await SendRawAsync("Transfer-Encoding: chunked\r\n\r\nnonsense\r\n"), StringComparison.Ordinal);
        Assert.Empty(await user.RequestsAsync());
    }

    [Fact]
    public async Task Signatures_are_judged_by_the_secret_the_body_and_the_time()
    {
        var secret = (await user.SecretAsync()).GetProperty("secret").GetString()!;
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var good = Sign(secret, now);
        await Judge("Valid", good);
        await Judge("Valid", Sign(secret, now - 290));
        await Judge("Invalid", Sign(secret, now - 310));
        await Judge("Invalid", Sign(secret, now + 310));
        await Judge("Invalid", Sign("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", now));
        await Judge("Invalid", good, Text + " ");
        await Judge("Invalid", good[..1]);
        await Judge("Invalid", good[1..]);
        await Judge("Invalid", [good[0], good[1], ("webhook-timestamp", $"{now + 1}"), good[3]]);
        await Judge("Missing", good[1..3]);
        await Judge("Missing", []);
    }

    [Fact]
    public async Task A_full_inbox_answers_503_at_once_and_the_others_as_always()
    {
        using var other = await InboxUser.SignUpAsync(Url);
        var limits = host.Services.GetRequiredService<InboxLimits>();
        var slow = Enumerable.Range(0, 1024).Select(_ => limits.Enter(Guid.Parse(user.Api.ProjectId))).ToArray();
        Assert.All(slow, place => Assert.True(place.IsAcquired));

        var (response, body) = await user.SendAsync(HttpMethod.Post);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"received":false}"""), (response.StatusCode, body));
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
        Assert.Equal(HttpStatusCode.OK, await other.PostAsync(Text));

        slow[0].Dispose();
        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.OK, await user.PostAsync(Text));   // the first has given its place back
        Assert.Equal(2, (await user.RequestsAsync()).Length);
    }

    [Fact]
    public async Task An_inbox_in_a_flood_answers_without_keeping_and_then_429()
    {
        var (limits, project) = (host.Services.GetRequiredService<InboxLimits>(), Guid.Parse(user.Api.ProjectId));
        TakeAll(() => limits.MayStore(project, 0));
        Assert.Equal(HttpStatusCode.OK, await user.PostAsync(Text));
        Assert.Empty(await user.RequestsAsync());

        TakeAll(() => limits.MayCome(project));
        Assert.Equal(HttpStatusCode.TooManyRequests, await user.PostAsync(Text));
        using var other = await InboxUser.SignUpAsync(Url);
        Assert.Equal(HttpStatusCode.OK, await other.PostAsync(Text));
    }

    [Fact]
    public async Task A_caller_that_hangs_up_gives_its_place_back()
    {
        await user.AnswerWithAsync(200, 60_000);
        using var http = new HttpClient { Timeout = TimeSpan.FromMilliseconds(500) };
        await Assert.ThrowsAsync<TaskCanceledException>(() => http.GetAsync(user.Url, TestContext.Current.CancellationToken));

        var (limits, project) = (host.Services.GetRequiredService<InboxLimits>(), Guid.Parse(user.Api.ProjectId));
        var rest = Enumerable.Range(0, 1023).Select(_ => limits.Enter(project)).ToArray();
        Assert.All(rest, place => Assert.True(place.IsAcquired));
        for (var until = DateTime.UtcNow.AddSeconds(20); ; await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            using var last = limits.Enter(project);
            if (last.IsAcquired) break;
            Assert.True(DateTime.UtcNow < until, "the place was never given back");
        }
    }

    private static void TakeAll(Func<bool> take)
    {
        while (take())
        {
        }
    }

    private async Task Judge(string verdict, (string Name, string Value)[] headers, string body = Text)
    {
        Assert.Equal(HttpStatusCode.OK, await user.PostAsync(body, headers));
        Assert.Equal(verdict, (await user.RequestsAsync())[0].GetProperty("signature").GetString());
    }

    private static (string Name, string Value)[] Sign(string secret, long seconds)
    {
        var signature = WebhookSignature.Sign([secret], Guid.CreateVersion7(), seconds, Encoding.UTF8.GetBytes(Text));
        return
        [
            ("x-dispatch-signature", signature.DispatchSignature),
            ("webhook-id", signature.Id), ("webhook-timestamp", signature.Timestamp), ("webhook-signature", signature.StandardSignature),
        ];
    }

    private async Task<string> SendRawAsync(string headersAndBody)
    {
        var url = new Uri(user.Url);
        using var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        var request = Encoding.ASCII.GetBytes($"POST {url.AbsolutePath} HTTP/1.1\r\nHost: {url.Authority}\r\n{headersAndBody}");
        await stream.WriteAsync(request, TestContext.Current.CancellationToken);
        var buffer = new byte[4096];
        return Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, TestContext.Current.CancellationToken));
    }
}

public sealed class InboxEndpointOnSqlite(TestWebHost host) : InboxEndpointTests(host), IClassFixture<TestWebHost>;

public sealed class InboxEndpointOnPostgres(PostgresWebHost host) : InboxEndpointTests(host), IClassFixture<PostgresWebHost>;

public sealed class InboxEndpointOnSqlServer(SqlServerWebHost host) : InboxEndpointTests(host), IClassFixture<SqlServerWebHost>;
