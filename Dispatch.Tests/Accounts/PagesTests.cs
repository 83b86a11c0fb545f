using System.Net;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Accounts;

namespace Dispatch.Tests.Accounts;

public sealed class PagesTests(TestWebHost host) : IClassFixture<TestWebHost>
{
    [Theory]
    [InlineData("/hangfire", "/hangfire")]
    [InlineData("/a?b=c#d", "/a?b=c#d")]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/\tx", "/")]
    [InlineData("hangfire", "/")]
    public void One_is_sent_on_to_this_host_only(string? url, string expected) => Assert.Equal(expected, LocalUrl.OrHome(url));

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
        Assert.DoesNotContain("<script", await PageClient.TextAsync(page), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/nope")]
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
        using (var page = await browser.GetAsync("/hangfire")) Assert.EndsWith("/login?returnUrl=%2Fhangfire", page.Headers.Location!.ToString(), StringComparison.Ordinal);

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

        using (var page = await browser.SubmitAsync("/login?returnUrl=https://evil.example", "login", person.Email!, ApiClient.Password)) Assert.Equal("/", page.Headers.Location?.ToString());
        using (var page = await browser.GetAsync("/")) Assert.Contains(person.Email!, await PageClient.TextAsync(page), StringComparison.Ordinal);
        using (var page = await browser.PostAsync("/logout", [])) Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);   // without its token
        using (var page = await browser.SubmitAsync("/", "/logout")) Assert.Equal("/", page.Headers.Location?.ToString());
        using (var page = await browser.GetAsync("/")) Assert.DoesNotContain(person.Email!, await PageClient.TextAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        using var browser = new PageClient(host.Address);
        using var page = await browser.PostAsync("/login", new() { ["_handler"] = "login", ["Form.Email"] = "a@example.com", ["Form.Password"] = ApiClient.Password });
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
    }
}
