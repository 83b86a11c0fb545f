using System.Net;
using System.Text.RegularExpressions;
using Dispatch.Model;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Client.Api;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Accounts;

/// <summary>Sessions of browsers: what the account page shows, and that what it ends has ended.</summary>
public abstract class BrowserSessionTests(TestWebHost host)
{
    [Fact]
    public async Task The_account_page_lists_browsers_and_tokens_and_marks_its_own()
    {
        var person = await host.RegisterAsync();
        using var browser = await SignInAsync(person.Email!);
        using var page = await browser.GetAsync("/account");
        var text = await PageClient.TextAsync(page);
        Assert.Single(Regex.Matches(text, ", API token"));
        Assert.Single(Regex.Matches(text, "This one"));
        Assert.Single(Regex.Matches(text, "name=\"Form.Close\" value=\"[0-9a-f-]{36}\""));   // its own has no button
        Assert.Contains("from 127.0.0.1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_everywhere_else_ends_other_browsers_and_tokens_at_once()
    {
        var person = await host.RegisterAsync();
        using var here = await SignInAsync(person.Email!);
        using var there = await SignInAsync(person.Email!);
        Assert.True(await there.IsSignedInAsync());

        using (var answer = await here.SubmitAsync("/account", "sessions", new() { ["Form.Close"] = "others" }))
            Assert.Equal("/account?done=sessions", answer.Headers.Location?.ToString());
        Assert.False(await there.IsSignedInAsync());
        Assert.Equal(401, (await person.GetAsync("auth/me")).Status);
        Assert.True(await here.IsSignedInAsync());
    }

    [Fact]
    public async Task One_session_is_signed_out_and_only_by_its_own_account()
    {
        var person = await host.RegisterAsync();
        using var here = await SignInAsync(person.Email!);
        using var page = await here.GetAsync("/account");
        var token = Regex.Match(await PageClient.TextAsync(page), "name=\"Form.Close\" value=\"([0-9a-f-]{36})\"").Groups[1].Value;

        using var stranger = new PageClient(host.Address);
        await stranger.RegisterAsync();
        using (await stranger.SubmitAsync("/account", "sessions", new() { ["Form.Close"] = token }))
            Assert.Equal(200, (await person.GetAsync("auth/me")).Status);
        using (await here.SubmitAsync("/account", "sessions", new() { ["Form.Close"] = token }))
            Assert.Equal(401, (await person.GetAsync("auth/me")).Status);
        Assert.True(await here.IsSignedInAsync());
    }

    [Fact]
    public async Task A_copied_cookie_is_dead_once_its_browser_has_signed_out()
    {
        using var browser = new PageClient(host.Address);
        await browser.RegisterAsync();
        using var thief = browser.Copy();
        Assert.True(await thief.IsSignedInAsync());
        using (await browser.SubmitAsync("/account", "/logout")) Assert.False(await thief.IsSignedInAsync());
    }

    [Fact]
    public async Task Signing_in_again_in_the_same_browser_closes_the_session_before()
    {
        var person = await host.RegisterAsync();
        using var browser = await SignInAsync(person.Email!);
        using var before = browser.Copy();
        using (await browser.SubmitAsync("/account", "/logout")) Assert.False(await before.IsSignedInAsync());

        using var again = await SignInAsync(person.Email!);
        using var kept = again.Copy();
        using (await again.PostAsync("/login", new()
        {
            ["_handler"] = "login",
            ["Form.Email"] = person.Email!,
            ["Form.Password"] = ApiClient.Password,
            ["__RequestVerificationToken"] = await again.TokenAsync("/account"),
        }))
        {
            Assert.False(await kept.IsSignedInAsync());
            Assert.True(await again.IsSignedInAsync());
        }
    }

    [Fact]
    public async Task A_change_of_password_ends_all_but_this_browser()
    {
        var person = await host.RegisterAsync();
        using var here = await SignInAsync(person.Email!);
        using var there = await SignInAsync(person.Email!);
        using (var wrong = await here.SubmitAsync("/account", "password", new()
        {
            ["Form.Current"] = "wrong password",
            ["Form.Replacement"] = "staple after staple",
        }))
        {
            Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
            Assert.Contains("The password is wrong", await PageClient.TextAsync(wrong), StringComparison.Ordinal);
        }

        Assert.True(await there.IsSignedInAsync());
        using (var changed = await here.SubmitAsync("/account", "password", new()
        {
            ["Form.Current"] = ApiClient.Password,
            ["Form.Replacement"] = "staple after staple",
        }))
        {
            Assert.Equal("/account?done=password", changed.Headers.Location?.ToString());
        }

        Assert.False(await there.IsSignedInAsync());
        Assert.True(await here.IsSignedInAsync());
        Assert.Equal(401, (await person.GetAsync("auth/me")).Status);
        Assert.Equal(
            200,
            (await host.Anonymous.PostAsync("auth/login", new { email = person.Email, password = "staple after staple" })).Status);
    }

    [Fact]
    public async Task Deleting_the_account_asks_for_its_email_and_password_and_says_what_goes()
    {
        var person = await host.RegisterAsync();
        await person.CreateProjectAsync();
        using var browser = await SignInAsync(person.Email!);
        using var other = await SignInAsync(person.Email!);
        using (var page = await browser.GetAsync("/account/delete"))
            Assert.Contains("1 project with its keys goes with it.", await PageClient.TextAsync(page), StringComparison.Ordinal);

        using (var refused = await DeleteAsync(browser, "someone@example.com", ApiClient.Password))
            Assert.Contains("This is not the account", await PageClient.TextAsync(refused), StringComparison.Ordinal);
        using (var refused = await DeleteAsync(browser, person.Email!, "wrong password"))
            Assert.Contains("The password is wrong", await PageClient.TextAsync(refused), StringComparison.Ordinal);
        Assert.True(await browser.IsSignedInAsync());

        using (var deleted = await DeleteAsync(browser, person.Email!.ToUpperInvariant(), ApiClient.Password))
            Assert.Equal("/", deleted.Headers.Location?.ToString());
        Assert.False(await browser.IsSignedInAsync());
        Assert.False(await other.IsSignedInAsync());
        Assert.Equal(
            401,
            (await host.Anonymous.PostAsync("auth/login", new { email = person.Email, password = ApiClient.Password })).Status);
    }

    [Fact]
    public async Task The_cookie_opens_the_api_with_the_dashboards_header_only_and_not_after_signing_out()
    {
        using var browser = new PageClient(host.Address);
        await browser.RegisterAsync();
        using var thief = browser.Copy();
        Assert.Equal(401, await CallAsync(browser, header: false));
        Assert.Equal(200, await CallAsync(browser, header: true));
        using (await browser.SubmitAsync("/account", "/logout")) Assert.Equal(401, await CallAsync(thief, header: true));
    }

    [Fact]
    public async Task A_key_opens_its_project_whatever_cookie_comes_with_it()
    {
        var person = await host.RegisterAsync();
        var (_, key) = await person.CreateKeyAsync(await person.CreateProjectAsync());
        using var browser = await SignInAsync(person.Email!);
        using var dead = browser.Copy();
        using (await browser.SubmitAsync("/account", "/logout"))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/jobs") { Headers = { { "x-api-key", key } } };
            using var answer = await dead.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_session_is_marked_as_seen_by_pages_and_not_by_their_styles()
    {
        using var browser = new PageClient(host.Address);
        var email = await browser.RegisterAsync();
        await using var db = await host.NewContextAsync();
        var session = db.Sessions.Where(s => s.Kind == SessionKind.Browser && db.Users.Any(a => a.Id == s.AccountId && a.Email == email));
        var cancellation = TestContext.Current.CancellationToken;
        await session.ExecuteUpdateAsync(
            set => set.SetProperty(s => s.LastSeenAt, 1).SetProperty(s => s.ExpiresAt, s => s.ExpiresAt - 5),
            cancellation);
        var expiresAt = await session.Select(s => s.ExpiresAt).SingleAsync(cancellation);

        using (await browser.GetAsync("/site.css")) Assert.Equal(1, await session.Select(s => s.LastSeenAt).SingleAsync(cancellation));
        using (await browser.GetAsync("/account")) Assert.NotEqual(1, await session.Select(s => s.LastSeenAt).SingleAsync(cancellation));
        Assert.True(await session.Select(s => s.ExpiresAt).SingleAsync(cancellation) > expiresAt);   // a browser in use stays signed in
    }

    private static async Task<int> CallAsync(PageClient browser, bool header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/projects");
        if (header) request.Headers.Add(DispatchClient.Header, "1");
        using var answer = await browser.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static Task<HttpResponseMessage> DeleteAsync(PageClient browser, string email, string password) =>
        browser.SubmitAsync("/account/delete", "delete", new() { ["Form.Email"] = email, ["Form.Password"] = password });

    private async Task<PageClient> SignInAsync(string email)
    {
        var browser = new PageClient(host.Address);
        using var answer = await browser.SubmitAsync("/login", "login", email, ApiClient.Password);
        Assert.Equal("/overview", answer.Headers.Location?.ToString());
        return browser;
    }
}

public sealed class BrowserSessionOnSqlite(TestWebHost host) : BrowserSessionTests(host), IClassFixture<TestWebHost>;

public sealed class BrowserSessionOnPostgres(PostgresWebHost host) : BrowserSessionTests(host), IClassFixture<PostgresWebHost>;

public sealed class BrowserSessionOnSqlServer(SqlServerWebHost host) : BrowserSessionTests(host), IClassFixture<SqlServerWebHost>;
