using Dispatch.Model;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Accounts;

public abstract class AccountTests(TestWebHost host)
{
    [Fact]
    public async Task Registering_signs_in()
    {
        var answer = await host.Anonymous.PostAsync("auth/register", new { email = "Ada.L@Example.com", password = "12345678" });
        Assert.Equal(201, answer.Status);
        Assert.Matches("^ses_[0-9a-f]{64}$", answer.Data.GetProperty("token").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", answer.Data.GetProperty("expiresAt").GetString());
        Assert.Equal("Ada.L@Example.com", answer.Data.GetProperty("user").GetProperty("email").GetString());

        var me = await new ApiClient(host.Address) { Token = answer.Data.GetProperty("token").GetString() }.GetAsync("auth/me");
        Assert.Equal(answer.Data.GetProperty("user").ToString(), me.Data.ToString());
        Assert.Equal(
            200,
            (await host.Anonymous.PostAsync("auth/login", new { email = "ADA.l@example.COM", password = "12345678" })).Status);
    }

    [Fact]
    public async Task An_email_makes_one_account_whatever_its_case_and_however_many_try_at_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => host.Anonymous.PostAsync(
            "auth/register",
            new { email = i % 2 == 0 ? "twice@example.com" : "TWICE@example.com", password = ApiClient.Password })));
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.Equal(7, answers.Count(answer => (answer.Status, answer.Code) == (409, "email_taken")));
    }

    [Theory]
    [InlineData("ada", "email_invalid")]
    [InlineData("ada@example", "email_invalid")]
    [InlineData("a b@example.com", "email_invalid")]
    [InlineData("", "email_invalid")]
    public async Task An_email_must_be_one(string email, string code) =>
        Assert.Equal([code], (await host.Anonymous.PostAsync("auth/register", new { email, password = ApiClient.Password })).Codes);

    [Fact]
    public async Task A_password_needs_8_characters_and_nothing_else()
    {
        Assert.Equal(
            ["password_too_short"],
            (await host.Anonymous.PostAsync("auth/register", new { email = "short@example.com", password = "1234567" })).Codes);
        Assert.Equal(
            201,
            (await host.Anonymous.PostAsync("auth/register", new { email = "plain@example.com", password = "aaaaaaaa" })).Status);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_email_get_the_same_answer()
    {
        var person = await host.RegisterAsync();
        var wrong = await host.Anonymous.PostAsync("auth/login", new { email = person.Email, password = "wrong password" });
        var unknown = await host.Anonymous.PostAsync("auth/login", new { email = "nobody@example.com", password = "wrong password" });
        Assert.Equal((401, wrong.Text), (wrong.Status, unknown.Text));
        Assert.Equal(401, unknown.Status);
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account()
    {
        var person = await host.RegisterAsync();
        var wrong = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ =>
            host.Anonymous.PostAsync("auth/login", new { email = person.Email, password = "wrong password" })));
        Assert.All(wrong, answer => Assert.Equal(401, answer.Status));
        Assert.Equal(
            401,
            (await host.Anonymous.PostAsync("auth/login", new { email = person.Email, password = ApiClient.Password })).Status);
        Assert.Equal(200, (await person.GetAsync("auth/me")).Status);   // whoever is in stays in
    }

    [Fact]
    public async Task A_token_is_dead_at_once_after_signing_out()
    {
        var person = await host.RegisterAsync();
        var other = await SignInAsync(person.Email!);
        Assert.Equal(200, (await person.PostAsync("auth/logout")).Status);
        Assert.Equal(401, (await person.GetAsync("auth/me")).Status);
        Assert.Equal(401, (await person.PostAsync("auth/logout")).Status);
        Assert.Equal(200, (await other.GetAsync("auth/me")).Status);
    }

    [Fact]
    public async Task Every_token_is_dead_at_once_after_a_change_of_password()
    {
        var person = await host.RegisterAsync();
        var other = await SignInAsync(person.Email!);
        var stamp = (await FindAsync(person.Email!))!.SecurityStamp;
        Assert.Equal(
            (400, "wrong_password"),
            Brief(await person.PostAsync(
                "auth/password",
                new { currentPassword = "wrong password", newPassword = "staple after staple" })));
        Assert.Equal(
            (400, "new_password_too_short"),
            Brief(await person.PostAsync("auth/password", new { currentPassword = ApiClient.Password, newPassword = "short" })));
        Assert.Equal(200, (await person.GetAsync("auth/me")).Status);

        Assert.Equal(
            200,
            (await person.PostAsync(
                "auth/password",
                new { currentPassword = ApiClient.Password, newPassword = "staple after staple" })).Status);
        Assert.Equal(401, (await person.GetAsync("auth/me")).Status);
        Assert.Equal(401, (await other.GetAsync("auth/me")).Status);
        Assert.NotEqual(stamp, (await FindAsync(person.Email!))!.SecurityStamp);
        Assert.Equal(
            401,
            (await host.Anonymous.PostAsync("auth/login", new { email = person.Email, password = ApiClient.Password })).Status);
        Assert.Equal(
            200,
            (await host.Anonymous.PostAsync("auth/login", new { email = person.Email, password = "staple after staple" })).Status);
    }

    [Fact]
    public async Task A_sign_in_that_was_under_way_does_not_outlive_a_change_of_password()
    {
        var person = await host.RegisterAsync();
        var verified = (await FindAsync(person.Email!))!;
        var sessions = host.Services.GetRequiredService<SessionStore>();
        Assert.NotNull(await sessions.OpenAsync(verified, new SessionOrigin(null, null), TestContext.Current.CancellationToken));
        await person.PostAsync("auth/password", new { currentPassword = ApiClient.Password, newPassword = "staple after staple" });
        Assert.Null(await sessions.OpenAsync(verified, new SessionOrigin(null, null), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Deleting_an_account_takes_everything_with_it()
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        var program = person.WithKey((await person.CreateKeyAsync(project)).Text);
        Assert.Equal(400, (await program.PostAsync("jobs", "{}")).Status);
        Assert.Equal((400, "wrong_password"), Brief(await person.DeleteAsync("auth/account", new { password = "wrong password" })));

        Assert.Equal(200, (await person.DeleteAsync("auth/account", new { password = ApiClient.Password })).Status);
        Assert.Equal(401, (await person.GetAsync("auth/me")).Status);
        Assert.Equal(401, (await program.PostAsync("jobs", "{}")).Status);
        Assert.Null(await FindAsync(person.Email!));
        await using var db = await host.NewContextAsync();
        Assert.NotNull((await db.Projects.SingleAsync(p => p.Id == project, TestContext.Current.CancellationToken)).DeletedAt);
        Assert.Equal(
            201,
            (await host.Anonymous.PostAsync("auth/register", new { email = person.Email, password = ApiClient.Password })).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("ses_0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("sk_0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_malformed_or_unknown_token_is_401(string token)
    {
        var caller = new ApiClient(host.Address) { Token = token };
        foreach (var path in new[] { "auth/me", "projects", "jobs", "jobs/x", "projects/x/keys", "projects/x/signing-secret" })
        {
            var answer = await caller.GetAsync(path);
            Assert.Equal((401, "unauthorized"), Brief(answer));
            Assert.NotEmpty(answer.Headers.WwwAuthenticate);
        }
    }

    [Fact]
    public async Task A_key_does_not_open_what_belongs_to_a_session()
    {
        var person = await host.RegisterAsync();
        var key = (await person.CreateKeyAsync(await person.CreateProjectAsync())).Text;
        Assert.Equal(401, (await person.WithKey(key).GetAsync("projects")).Status);
        Assert.Equal(401, (await new ApiClient(host.Address) { Token = key }.GetAsync("jobs")).Status);
        Assert.Equal(401, (await person.PostAsync("jobs", "{}")).Status);
    }

    [Fact]
    public async Task An_expired_session_is_401()
    {
        var person = await host.RegisterAsync();
        var account = (await FindAsync(person.Email!))!.Id;
        await using var db = await host.NewContextAsync();
        await db.Sessions
            .Where(s => s.AccountId == account)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.ExpiresAt, 1), TestContext.Current.CancellationToken);
        Assert.Equal(401, (await person.GetAsync("auth/me")).Status);
    }

    private static (int Status, string? Code) Brief(ApiAnswer answer) => (answer.Status, answer.Code);

    private async Task<ApiClient> SignInAsync(string email)
    {
        var answer = await host.Anonymous.PostAsync("auth/login", new { email, password = ApiClient.Password });
        Assert.Equal(200, answer.Status);
        return new ApiClient(host.Address) { Token = answer.Data.GetProperty("token").GetString() };
    }

    private async Task<Account?> FindAsync(string email)
    {
        await using var db = await host.NewContextAsync();
        var normalized = email.ToUpperInvariant();
        return await db.Users
            .AsNoTracking()
            .SingleOrDefaultAsync(a => a.NormalizedEmail == normalized, TestContext.Current.CancellationToken);
    }
}

public sealed class AccountOnSqlite(TestWebHost host) : AccountTests(host), IClassFixture<TestWebHost>;

public sealed class AccountOnPostgres(PostgresWebHost host) : AccountTests(host), IClassFixture<PostgresWebHost>;

public sealed class AccountOnSqlServer(SqlServerWebHost host) : AccountTests(host), IClassFixture<SqlServerWebHost>;
