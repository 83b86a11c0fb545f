using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Docs;

namespace Dispatch.Tests.Docs;

public sealed partial class DocsPagesTests(TestWebHost host) : IClassFixture<TestWebHost>
{
    [Fact]
    public async Task Docs_leads_to_the_guide()
    {
        using var browser = new PageClient(host.Address);
        using var page = await browser.GetAsync("/docs");
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
        Assert.Equal("/docs/using", page.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("/docs/using", "text/html")]
    [InlineData("/docs/using.md", "text/markdown")]
    [InlineData("/docs/ai-prompt.txt", "text/plain")]
    [InlineData("/llms.txt", "text/plain")]
    public async Task Every_text_names_the_address_it_was_asked_at(string path, string type)
    {
        var (text, mediaType) = await ReadAsync(host, path);
        Assert.Equal(type, mediaType);
        Assert.Contains(host.Address.ToString().TrimEnd('/'), text, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", text, StringComparison.Ordinal);

        await using var published = new TestWebHost { Options = { PublicUrl = new Uri("https://dispatch.example.com/") } };
        await published.InitializeAsync();
        (text, _) = await ReadAsync(published, path);
        Assert.Contains("https://dispatch.example.com/", text, StringComparison.Ordinal);
        Assert.DoesNotContain("https://dispatch.example.com//", text, StringComparison.Ordinal);
        Assert.DoesNotContain($":{published.Address.Port}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guide_has_no_inline_script_and_every_link_on_it_leads_somewhere()
    {
        var (page, _) = await ReadAsync(host, "/docs/using");
        Assert.DoesNotMatch("<script(?![^>]*src=)", page);
        var ids = Ids().Matches(page).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(ids.Distinct(), ids);

        using var browser = new PageClient(host.Address);
        foreach (var link in Links()
            .Matches(page[page.IndexOf("<main", StringComparison.Ordinal)..]).Select(match => match.Groups[1].Value).Distinct())
        {
            var parts = link.Split('#');
            if (parts.Length == 2) Assert.True(parts[0] == "/docs/using" && ids.Contains(parts[1]), link);
            else if (link.StartsWith("https://", StringComparison.Ordinal))
                Assert.Contains(link, (string[])["https://jqlang.org", "https://www.standardwebhooks.com"]);
            else using (var answer = await browser.GetAsync(link.StartsWith('/') ? link : $"/{link}"))
                Assert.True((int)answer.StatusCode < 400, $"{link} {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task The_guide_names_every_call_every_status_and_every_setting()
    {
        var (guide, _) = await ReadAsync(host, "/docs/using.md");
        var (openapi, _) = await ReadAsync(host, "/openapi/v1.json");
        foreach (var path in JsonDocument.Parse(openapi).RootElement.GetProperty("paths").EnumerateObject())
        {
            foreach (var method in path.Value.EnumerateObject().Where(method => method.Name is "get" or "post" or "patch" or "delete"))
            {
                var shown = path.Name["/api/v1".Length..];
                Assert.Matches($@"`{method.Name.ToUpperInvariant()} {Regex.Escape(shown)}`", guide);
            }
        }

        foreach (var status in Enum.GetValues<Dispatch.Model.JobStatus>())
            Assert.Contains($"`{Dispatch.Model.StatusNames.ToName(status)}`", guide, StringComparison.Ordinal);
        foreach (var (section, options) in new (string, Type)[]
        {
            ("Dispatch", typeof(DispatchOptions)), ("Database", typeof(DatabaseOptions)),
            ("Hangfire", typeof(HangfireOptions)), ("Delivery", typeof(DeliveryOptions)),
            ("Dashboard", typeof(DashboardOptions)), ("Redis", typeof(RedisOptions)), ("RateLimits", typeof(RateLimitOptions)),
            ("Limits", typeof(LimitOptions)),
        })
        {
            foreach (var setting in options.GetProperties())
                Assert.Contains($"`{section}:{setting.Name}`", guide, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_guide_names_every_error_code()
    {
        var (guide, _) = await ReadAsync(host, "/docs/using.md");
        var (openapi, _) = await ReadAsync(host, "/openapi/v1.json");
        var codes = Codes().Matches(openapi).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.Contains("fire_at_in_past", codes);
        // What is wrong with a field's length or type follows one pattern, which the table explains.
        foreach (var code in codes.Where(code => !Patterned().IsMatch(code))) Assert.Contains($"`{code}`", guide, StringComparison.Ordinal);
    }

    [Fact]
    public void The_limits_of_this_host_stand_in_its_guide()
    {
        var guide = new Guide(new DeliveryOptions
        {
            Timeout = TimeSpan.FromSeconds(7),
            MaxAttempts = 5,
            RetryLadder = [TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(9)],
            MaxPayloadBytes = 1_048_576
        });
        var text = guide.Markdown("https://x.example");
        Assert.Contains("on this host 7 s", text, StringComparison.Ordinal);
        Assert.Contains("makes 5 attempts, with the delays 2 s, 9 min.", text, StringComparison.Ordinal);
        Assert.Contains("At most 1,048,576 bytes", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hostile_host_name_stays_text()
    {
        var section = new Guide(new DeliveryOptions()).Sections[0] with { Html = "<code>{{base}}</code>" };
        Assert.Equal("<code>http://&quot;&gt;&lt;script&gt;</code>", Guide.Html(section, "http://\"><script>"));
    }

    [Fact]
    public async Task The_interactive_reference_lets_in_its_own_script_alone_and_names_no_other_host()
    {
        using (var browser = new PageClient(host.Address))
        using (var page = await browser.GetAsync("/docs/api/"))
        {
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            var policy = page.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Matches("script-src 'self' 'sha256-[A-Za-z0-9+/]{43}=';", policy);
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
            Assert.DoesNotMatch("script-src [^;]*unsafe", policy);
            Assert.Contains("connect-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("https://", await PageClient.TextAsync(page), StringComparison.Ordinal);
        }

        using var other = new PageClient(host.Address);
        using (var guide = await other.GetAsync("/docs/using"))
            Assert.DoesNotContain("sha256", guide.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        foreach (var asset in (string[])["/docs/api/scalar.js", "/docs/api/scalar.aspnetcore.js", "/docs-api.css", "/docs.css", "/docs.js"])
        {
            using var answer = await other.GetAsync(asset);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, asset);
        }
    }

    [Theory]
    [InlineData(
        "bash", "echo 'a' # note",
        "<span class=\"k\">echo</span> <span class=\"s\">&#39;a&#39;</span> <span class=\"c\"># note</span>")]
    [InlineData("bash", "curl http://x/#y", "<span class=\"k\">curl</span> http://x/#y")]
    [InlineData(
        "js", "const a = `${b}`; // <c>",
        "<span class=\"k\">const</span> a = <span class=\"s\">`${b}`</span>; <span class=\"c\">// &lt;c&gt;</span>")]
    [InlineData("text", "if <a>", "if &lt;a&gt;")]
    public void Code_is_coloured_and_escaped(string language, string code, string html) =>
        Assert.Equal(html, CodeColours.Html(code, language));

    private static async Task<(string Text, string? MediaType)> ReadAsync(TestWebHost host, string path)
    {
        using var browser = new PageClient(host.Address);
        using var answer = await browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await PageClient.TextAsync(answer), answer.Content.Headers.ContentType?.MediaType);
    }

    [GeneratedRegex(" id=\"([^\"]+)\"")]
    private static partial Regex Ids();

    [GeneratedRegex("<(?:a|link|script)[^>]* (?:href|src)=\"([^\"]+)\"")]
    private static partial Regex Links();

    [GeneratedRegex("\"code\":\\s*\"([a-z_0-9]+)\"")]
    private static partial Regex Codes();

    [GeneratedRegex("_(required|invalid|too_long|too_short)$")]
    private static partial Regex Patterned();
}
