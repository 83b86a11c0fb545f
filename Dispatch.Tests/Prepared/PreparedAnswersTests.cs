using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Prepared;

namespace Dispatch.Tests.Prepared;

/// <summary>What never changes is made once and sent from memory.</summary>
public sealed partial class PreparedAnswersTests(TestWebHost host) : IClassFixture<TestWebHost>, IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = host.Address
    };

    public static TheoryData<string> Paths => [.. PreparedPath.All.Select(path => path.Path)];

    public void Dispose() => http.Dispose();

    [Theory, MemberData(nameof(Paths))]
    public async Task Each_encoding_has_its_own_strong_tag_and_unpacks_to_the_same_bytes(string path)
    {
        using var plain = await GetAsync(path);
        var bytes = await plain.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var tags = new HashSet<string> { TagOf(plain) };
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        foreach (var encoding in (string[])["gzip", "br"])
        {
            using var packed = await GetAsync(path, ("Accept-Encoding", $"deflate, {encoding}"));
            Assert.Equal([encoding], packed.Content.Headers.ContentEncoding);
            Assert.Equal(plain.Content.Headers.ContentType, packed.Content.Headers.ContentType);
            Assert.True(tags.Add(TagOf(packed)));
            Assert.Equal(bytes, Unpack(encoding, await packed.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task Who_knows_the_tag_gets_304_and_no_body(string path)
    {
        foreach (var encoding in (string[])["identity", "gzip", "br"])
        {
            using var first = await GetAsync(path, ("Accept-Encoding", encoding));
            foreach (var known in (string[])[TagOf(first), $"\"other\", W/{TagOf(first)}", "*"])
            {
                using var again = await GetAsync(path, ("Accept-Encoding", encoding), ("If-None-Match", known));
                Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
                Assert.Equal(TagOf(first), TagOf(again));
                Assert.Empty(await again.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
            }

            using var changed = await GetAsync(path, ("Accept-Encoding", encoding), ("If-None-Match", "\"other\""));
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task The_head_is_that_of_the_answer(string path)
    {
        using var whole = await GetAsync(path, ("Accept-Encoding", "br"));
        using var head = await SendAsync(HttpMethod.Head, path, ("Accept-Encoding", "br"));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(whole.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal((TagOf(whole), whole.Content.Headers.ContentType), (TagOf(head), head.Content.Headers.ContentType));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory, MemberData(nameof(Paths))]
    public async Task It_carries_the_security_headers_and_no_cookie(string path)
    {
        using var answer = await GetAsync(path);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal("no-cache", answer.Headers.CacheControl?.ToString());
        Assert.Equal(["Accept-Encoding"], answer.Headers.Vary);
    }

    [Fact]
    public async Task Whoever_asks_at_once_gets_the_same_bytes()
    {
        await using var fresh = new TestWebHost();
        await fresh.InitializeAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            using var answer = await http.GetAsync(new Uri(fresh.Address, "/openapi/v1.json"), TestContext.Current.CancellationToken);
            return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }));
        Assert.Single(answers.Distinct());
        Assert.StartsWith("{", answers[0], StringComparison.Ordinal);
        Assert.EndsWith("}", answers[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_names_than_have_a_place_each_get_their_own_address()
    {
        await using var crowded = new TestWebHost();   // of its own: the other tests' names would have no place for a second
        await crowded.InitializeAsync();
        var address = new Uri(crowded.Address, "/llms.txt").AbsoluteUri;
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 3 * CompressedCopies.MaxAddresses; i++)
            {
                foreach (var encoding in (string[])["identity", "br"])
                {
                    using var answer = await GetAsync(address, ("Host", $"name{i}.example"), ("Accept-Encoding", encoding));
                    var bytes = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
                    var text = Encoding.UTF8.GetString(answer.Content.Headers.ContentEncoding.Count == 0 ? bytes : Unpack("br", bytes));
                    Assert.Contains($"This installation is at http://name{i}.example;", text, StringComparison.Ordinal);
                    Assert.DoesNotContain(AnswerTemplate.Host, text, StringComparison.Ordinal);
                    Assert.DoesNotContain($"http://name{i + 1}.", text, StringComparison.Ordinal);

                    using var again = await GetAsync(
                        address, ("Host", $"name{i}.example"), ("Accept-Encoding", encoding), ("If-None-Match", TagOf(answer)));
                    Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
                    Assert.Equal(TagOf(answer), TagOf(again));
                }
            }
        }
    }

    [Fact]
    public async Task A_name_longer_than_names_are_is_refused()
    {
        using var answer = await GetAsync("/docs/using.md", ("Host", new string('a', 2000)));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task The_calls_of_the_document_lead_to_this_host()
    {
        using var document = await GetAsync("/openapi/v1.json", ("Host", "api.example:8443"));
        var text = await document.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("\"url\": \"http://api.example:8443\"", text, StringComparison.Ordinal);

        await using var published = new TestWebHost { Options = { PublicUrl = new Uri("https://dispatch.example.com/") } };
        await published.InitializeAsync();
        text = await http.GetStringAsync(new Uri(published.Address, "/openapi/v1.json"), TestContext.Current.CancellationToken);
        Assert.Contains("\"url\": \"https://dispatch.example.com\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_signed_in_gets_their_own_page_and_strangers_never_get_it()
    {
        using (await GetAsync("/docs/using"))
        using (var browser = new PageClient(host.Address))
        {
            await browser.RegisterAsync();
            using var own = await browser.GetAsync("/docs/using");
            Assert.Null(own.Headers.ETag);
            Assert.Contains("Sign out", await PageClient.TextAsync(own), StringComparison.Ordinal);
            using var start = await browser.GetAsync("/");
            Assert.Equal("/overview", start.Headers.Location?.ToString());
        }

        using var strangers = await GetAsync("/docs/using");
        Assert.DoesNotContain(
            "Sign out", await strangers.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/docs/using")]
    public async Task A_session_that_is_none_gets_the_page_of_a_stranger(string path)
    {
        using var stranger = await GetAsync(path);
        using var pretender = await GetAsync(path, ("Cookie", "dispatch=made-up"));
        Assert.Equal(TagOf(stranger), TagOf(pretender));
    }

    [Fact]
    public async Task The_reference_lets_in_its_own_script_by_its_hash()
    {
        using var page = await GetAsync("/docs/api/");
        var text = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var script = InlineScript().Matches(text).Single().Groups[1].Value;
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        Assert.Contains(
            $"script-src 'self' 'sha256-{hash}';",
            page.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal);
    }

    private static string TagOf(HttpResponseMessage answer)
    {
        Assert.False(answer.Headers.ETag!.IsWeak);
        return answer.Headers.ETag.Tag;
    }

    private static byte[] Unpack(string encoding, byte[] packed)
    {
        using var from = new MemoryStream(packed);
        using Stream stream = encoding == "br"
            ? new BrotliStream(from, CompressionMode.Decompress)
            : new GZipStream(from, CompressionMode.Decompress);
        using var to = new MemoryStream();
        stream.CopyTo(to);
        return to.ToArray();
    }

    private Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, headers);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.RelativeOrAbsolute));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    [GeneratedRegex("<script(?![^>]* src=)[^>]*>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex InlineScript();
}
