using System.Net;
using System.Security.Claims;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Live;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Accounts;

/// <summary>Circuits and hub connections last longer than a request: what ends a session ends them.</summary>
public sealed class OpenConnectionTests(TestWebHost host) : IClassFixture<TestWebHost>
{
    [Fact]
    public async Task A_hub_connection_closes_when_its_session_ends()
    {
        using var browser = new PageClient(host.Address);
        await browser.RegisterAsync();
        using var other = new PageClient(host.Address);
        await other.RegisterAsync();
        await using var hub = Connect(browser);
        await using var bystander = Connect(other);
        var closed = new TaskCompletionSource();
        hub.Closed += _ => { closed.TrySetResult(); return Task.CompletedTask; };
        await hub.StartAsync(TestContext.Current.CancellationToken);
        await bystander.StartAsync(TestContext.Current.CancellationToken);

        using (await browser.SubmitAsync("/account", "/logout"))
            await closed.Task.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.Equal(HubConnectionState.Connected, bystander.State);
    }

    [Fact]
    public async Task A_hub_connection_closes_within_ten_seconds_when_the_session_ended_on_another_host()
    {
        using var browser = new PageClient(host.Address);
        var email = await browser.RegisterAsync();
        await using var hub = Connect(browser);
        var closed = new TaskCompletionSource();
        hub.Closed += _ => { closed.TrySetResult(); return Task.CompletedTask; };
        await hub.StartAsync(TestContext.Current.CancellationToken);

        await using var db = await host.NewContextAsync();
        await db.Sessions
            .Where(s => db.Users.Any(a => a.Id == s.AccountId && a.Email == email))
            .ExecuteDeleteAsync(TestContext.Current.CancellationToken);
        await closed.Task.WaitAsync(
            SessionWatch.IntervalOf(DatabaseProvider.Sqlite) + TimeSpan.FromSeconds(3),
            TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("own", HttpStatusCode.OK)]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("http://127.0.0.1:1", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    public async Task Only_this_hosts_pages_open_connections(string? origin, HttpStatusCode status)
    {
        using var browser = new PageClient(host.Address);
        await browser.RegisterAsync();
        foreach (var path in (string[])["/hubs/jobs/negotiate?negotiateVersion=1", "/_blazor/negotiate?negotiateVersion=1"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path);
            if (origin is not null)
                request.Headers.Add("Origin", origin == "own" ? host.Address.GetLeftPart(UriPartial.Authority) : origin);
            using var answer = await browser.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Nobody_is_told_401_by_the_hub_and_not_sent_to_a_page()
    {
        using var browser = new PageClient(host.Address);
        using var answer = await browser.PostAsync("/hubs/jobs/negotiate?negotiateVersion=1", []);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_circuit_is_refused_at_its_next_call_once_its_session_has_ended()
    {
        var person = await host.RegisterAsync();
        var sessions = host.Services.GetRequiredService<SessionStore>();
        await using var scope = host.Services.CreateAsyncScope();
        var account = (await scope.ServiceProvider
            .GetRequiredService<Microsoft.AspNetCore.Identity.UserManager<Account>>()
            .FindByEmailAsync(person.Email!))!;
        var session = (await sessions.OpenBrowserAsync(
            account, new SessionOrigin(null, null), TestContext.Current.CancellationToken))!.Value;
        var who = new ClaimsPrincipal(new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, account.Id.ToString()), new(AccountClaims.Session, session.ToString())], "test"));
        ((IHostEnvironmentAuthenticationStateProvider)scope.ServiceProvider.GetRequiredService<AuthenticationStateProvider>())
            .SetAuthenticationState(Task.FromResult(new AuthenticationState(who)));
        var api = scope.ServiceProvider.GetRequiredService<IDispatchApi>();

        Assert.True((await api.CreateProjectAsync("Before")).Succeeded);
        await sessions.CloseAsync(account.Id, session, TestContext.Current.CancellationToken);
        var refused = await api.CreateProjectAsync("After");
        Assert.True(refused.Failure!.IsSignedOut);
        Assert.Equal(1, (await person.GetAsync("projects")).Data.GetProperty("projects").GetArrayLength());
    }

    private HubConnection Connect(PageClient browser) => new HubConnectionBuilder()
        .WithUrl(new Uri(host.Address, HubLiveFeed.Address), http => http.Cookies = browser.Cookies)
        .Build();
}
