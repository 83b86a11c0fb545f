using System.Net;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Accounts;

namespace Dispatch.Tests.Accounts;

public sealed class PagesTests(TestWebHost host) : IClassFixture<TestWebHost>
{
    [Theory]
    [InlineData("/hangfire", "/hangfire")]
    [InlineData("/a?b=c#d", "/a?b=c#d")]
    [InlineData(null, "/overview")]
    [InlineData("", "/overview")]
    [InlineData("//evil.example", "/overview")]
    [InlineData("/\\evil.example", "/overview")]
    [InlineData("https://evil.example", "/overview")]
    [InlineData("javascript:alert(1)", "/overview")]
    [InlineData("/\tx", "/overview")]
    [InlineData("hangfire", "/overview")]
    public void One_is_sent_on_to_this_host_only(string? url, string expected) => Assert.Equal(expected, LocalUrl.OrOverview(url));

    [Theory]
    [InlineData("/")]
    [InlineData("/login")]
    [InlineData("/register")]
    public async Task A_page_carries_the_security_headers(string path)
    {
        using var browser = new PageClient(host.Address);
        using var page = await browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("same-origin", page.Headers.GetValues("Referrer-Policy").Single());
        Assert.Contains("frame-ancestors 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("same-origin", page.Headers.GetValues("Cross-Origin-Opener-Policy").Single());
        Assert.Contains(
            "publickey-credentials-get=(self)",
            page.Headers.GetValues("Permissions-Policy").Single(),
            StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?![^>]* src=)[^>]*>", await PageClient.TextAsync(page));   // the policy would not run it
    }

    [Theory]
    [InlineData("/nope")]
    [InlineData("/jobs/not-a-guid/nor-this")]
    [InlineData("/not-found")]
    [InlineData("/status/404")]
    [InlineData("/status/200")]
    public async Task An_unknown_page_is_404_with_a_way_on(string path)
    {
        using var browser = new PageClient(host.Address);
        using var page = await browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Contains("There is no such page", await PageClient.TextAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_breaks_says_so_without_detail()
    {
        using var browser = new PageClient(host.Address);
        using var page = await browser.GetAsync("/test/fault?kind=bug");
        Assert.Equal(HttpStatusCode.InternalServerError, page.StatusCode);
        Assert.Contains("Something went wrong on our side", await PageClient.TextAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_operator_reaches_hangfire_after_signing_in_and_others_do_not()
    {
        await using var own = new TestWebHost();
        await own.InitializeAsync();
        using var browser = new PageClient(own.Address);
        using (var page = await browser.GetAsync("/hangfire"))
            Assert.EndsWith("/login?returnUrl=%2Fhangfire", page.Headers.Location!.ToString(), StringComparison.Ordinal);

        using (var page = await browser.SubmitAsync("/register?returnUrl=%2Fhangfire", "register", "first@example.com", ApiClient.Password))
        {
            Assert.Equal("/hangfire", page.Headers.Location?.ToString());
            var cookie = page.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("dispatch=", StringComparison.Ordinal));
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        }

        using (var page = await browser.GetAsync("/hangfire")) Assert.Equal(HttpStatusCode.OK, page.StatusCode);

        using var other = new PageClient(own.Address);
        using (await other.SubmitAsync("/register", "register", "second@example.com", ApiClient.Password))
        using (var page = await other.GetAsync("/hangfire"))
        {
            Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
            Assert.Contains("This page is for operators", await PageClient.TextAsync(page), StringComparison.Ordinal);
        }

        own.Options.Operators = ["SECOND@example.com"];
        using (var page = await other.GetAsync("/hangfire")) Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task One_signs_in_and_out()
    {
        var person = await host.RegisterAsync();
        using var browser = new PageClient(host.Address);
        using (var page = await browser.SubmitAsync("/login", "login", person.Email!, "wrong password"))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, page.StatusCode);
            Assert.Contains("The e-mail or the password is wrong", await PageClient.TextAsync(page), StringComparison.Ordinal);
        }

        using (var page = await browser.SubmitAsync("/login?returnUrl=https://evil.example", "login", person.Email!, ApiClient.Password))
            Assert.Equal("/overview", page.Headers.Location?.ToString());
        using (var page = await browser.GetAsync("/account"))
            Assert.Contains(person.Email!, await PageClient.TextAsync(page), StringComparison.Ordinal);
        // Without its token.
        using (var page = await browser.PostAsync("/logout", [])) Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        using (var page = await browser.SubmitAsync("/account", "/logout")) Assert.Equal("/", page.Headers.Location?.ToString());
        Assert.False(await browser.IsSignedInAsync());
    }

    [Theory]
    [InlineData("/login", "login")]
    [InlineData("/login", "passkey")]
    [InlineData("/register", "register")]
    [InlineData("/account", "password")]
    [InlineData("/account", "sessions")]
    [InlineData("/account", "passkey-add")]
    [InlineData("/account/delete", "delete")]
    [InlineData("/logout", "")]
    [InlineData("/login/passkey", "")]
    [InlineData("/account/passkey", "")]
    public async Task A_form_without_its_token_is_refused_on_a_page_that_says_so(string path, string handler)
    {
        using var browser = new PageClient(host.Address);
        await browser.RegisterAsync();
        using var page = await browser.PostAsync(path, new()
        {
            ["_handler"] = handler,
            ["Form.Email"] = "a@example.com",
            ["Form.Password"] = ApiClient.Password,
        });
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Contains("The form was not accepted", await PageClient.TextAsync(page), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", 200)]
    [InlineData("/login", 200)]
    [InlineData("/site.css", 200)]
    [InlineData("/overview", 302)]
    [InlineData("/nope", 404)]
    public async Task The_head_of_a_page_is_that_of_the_page(string path, int status)
    {
        using var browser = new PageClient(host.Address);
        using var head = await browser.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal((status, ""), ((int)head.StatusCode, await PageClient.TextAsync(head)));
        using var page = await browser.GetAsync(path);
        Assert.Equal((status, page.Content.Headers.ContentType), ((int)page.StatusCode, head.Content.Headers.ContentType));
    }

    [Theory]
    [InlineData("/", "/overview")]
    [InlineData("/login", "/overview")]
    [InlineData("/register", "/overview")]
    [InlineData("/login?returnUrl=%2Fjobs%3Fpage%3D2", "/jobs?page=2")]
    [InlineData("/login?returnUrl=%2F%2Fevil.example", "/overview")]
    [InlineData("/register?returnUrl=https%3A%2F%2Fevil.example", "/overview")]
    public async Task Who_is_signed_in_is_sent_on(string path, string to)
    {
        using var browser = new PageClient(host.Address);
        await browser.RegisterAsync();
        using var page = await browser.GetAsync(path);
        Assert.Equal((HttpStatusCode.Found, to), (page.StatusCode, page.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task An_unknown_passkey_is_404()
    {
        using var browser = new PageClient(host.Address);
        await browser.RegisterAsync();
        using var page = await browser.GetAsync("/account/passkeys/AAAA");
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Contains("There is no such page", await PageClient.TextAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_wrong_field_is_named_at_once()
    {
        using var browser = new PageClient(host.Address);
        using var page = await browser.SubmitAsync("/register", "register", "nobody", "short");
        var text = await PageClient.TextAsync(page);
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Contains("Enter an e-mail address such as ada@example.com", text, StringComparison.Ordinal);
        Assert.Contains("Use at least 8 characters", text, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"short\"", text, StringComparison.Ordinal);
    }
}
