using Dispatch.Counters;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Accounts;

/// <summary>What depends on an installation's settings: each test has a host of its own.</summary>
public sealed class InstallationTests
{
    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task The_first_account_is_the_operator_and_only_one_is_first(DatabaseProvider provider)
    {
        await using var host = await StartAsync(provider: provider);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => host.RegisterAsync()));
        await using var db = await host.NewContextAsync();
        Assert.Equal(1, await db.Users.CountAsync(a => a.IsOperator, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_closed_installation_still_lets_the_first_account_in()
    {
        await using var host = await StartAsync(host => host.Options.Registration = RegistrationMode.Closed);
        await host.RegisterAsync();
        var answer = await host.Anonymous.PostAsync("auth/register", new { email = "late@example.com", password = ApiClient.Password });
        Assert.Equal((403, "registration_closed"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Too_many_tries_with_one_email_are_429()
    {
        await using var host = await StartAsync(host => host.Limits.PerAccount = 3);
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => host.Anonymous.PostAsync(
            "auth/login",
            new { email = i % 2 == 0 ? "ada@example.com" : "ADA@example.com", password = "wrong password" })));
        AssertLimited(answers, 3);
        Assert.Equal(
            201,
            (await host.Anonymous.PostAsync("auth/register", new { email = "bob@example.com", password = ApiClient.Password })).Status);
    }

    [Fact]
    public async Task Too_many_tries_from_one_address_are_429()
    {
        await using var host = await StartAsync(host => host.Limits.PerAddress = 3);
        AssertLimited(await Task.WhenAll(Enumerable.Range(0, 5).Select(i =>
            host.Anonymous.PostAsync("auth/login", new { email = $"a{i}@example.com", password = "wrong password" }))), 3);
    }

    [Fact]
    public async Task A_storm_of_passwords_is_turned_away_rather_than_hashed()
    {
        await using var host = await StartAsync(host => host.Limits.PasswordQueue = 2);
        var hashing = await host.Services.GetRequiredService<AccountLimits>().TakeTurnAsync(TestContext.Current.CancellationToken);
        var tries = Enumerable.Range(0, 5)
            .Select(i => host.Anonymous.PostAsync("auth/login", new { email = $"a{i}@example.com", password = "wrong password" }))
            .ToList();
        for (var refused = 0; refused < 3; refused++)
        {
            var answered = await Task.WhenAny(tries);
            tries.Remove(answered);
            var answer = await answered;
            Assert.Equal((429, TimeSpan.FromSeconds(1)), (answer.Status, answer.Headers.RetryAfter?.Delta));
        }

        hashing.Dispose();
        Assert.All(await Task.WhenAll(tries), answer => Assert.Equal(401, answer.Status));
    }

    private static void AssertLimited(ApiAnswer[] answers, int allowed)
    {
        Assert.Equal(allowed, answers.Count(answer => answer.Status == 401));
        var limited = answers.Where(answer => answer.Status == 429).ToArray();
        Assert.Equal(answers.Length - allowed, limited.Length);
        Assert.All(limited, answer => Assert.Equal("too_many_requests", answer.Code));
        Assert.All(
            limited,
            answer => Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)));
    }

    private static async Task<TestWebHost> StartAsync(
        Action<TestWebHost>? configure = null, DatabaseProvider provider = DatabaseProvider.Sqlite)
    {
        var host = new TestWebHost { Provider = provider };
        configure?.Invoke(host);
        await host.InitializeAsync();
        return host;
    }
}
