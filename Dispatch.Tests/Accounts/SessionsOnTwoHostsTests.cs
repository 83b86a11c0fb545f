using System.Diagnostics;
using System.Security.Claims;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Live;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Accounts;

/// <summary>Two hosts on one database: a session is good on both, and its end on one closes what is open on the other.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class SessionsOnTwoHostsTests(ITestOutputHelper output)
{
    public static TheoryData<DatabaseProvider> Providers => HostPair.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task A_sign_out_on_one_host_closes_connections_on_the_other_within_three_seconds(DatabaseProvider provider)
    {
        await using var hosts = await HostPair.StartAsync(provider);
        await AssertClosesAsync(hosts, TimeSpan.FromSeconds(3));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task With_Redis_it_closes_them_at_once(DatabaseProvider provider)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var hosts = await HostPair.StartAsync(provider, $"--Redis:Configuration={redis.Configuration}");
        await redis.WaitForSubscribersAsync(2);
        // Three times: once might be the interval's doing.
        for (var i = 0; i < 3; i++) await AssertClosesAsync(hosts, TimeSpan.FromMilliseconds(500));
    }

    private async Task AssertClosesAsync(HostPair hosts, TimeSpan limit)
    {
        using var browser = new PageClient(new Uri(hosts.A.Url));
        var email = await browser.RegisterAsync();
        using var bystander = new PageClient(new Uri(hosts.A.Url));
        await bystander.RegisterAsync();
        using var onB = new PageClient(new Uri(hosts.B.Url));
        onB.Cookies.Add(browser.Cookies.GetAllCookies());
        Assert.True(await onB.IsSignedInAsync());

        await using var hub = Connect(hosts.B, browser);
        await using var other = Connect(hosts.B, bystander);
        var closed = new TaskCompletionSource();
        hub.Closed += _ => { closed.TrySetResult(); return Task.CompletedTask; };
        await hub.StartAsync(TestContext.Current.CancellationToken);
        await other.StartAsync(TestContext.Current.CancellationToken);
        await using var circuit = hosts.B.App.Services.CreateAsyncScope();
        var leftCircuit = await OpenCircuitAsync(circuit.ServiceProvider, email);

        (await browser.SubmitAsync("/account", "/logout")).Dispose();
        Assert.False(await onB.IsSignedInAsync());
        var since = Stopwatch.StartNew();
        await Task.WhenAll(closed.Task, leftCircuit).WaitAsync(limit, TestContext.Current.CancellationToken);
        output.WriteLine($"closed after {since.ElapsedMilliseconds} ms");
        Assert.Equal(HubConnectionState.Connected, other.State);
    }

    /// <summary>As the framework opens one. The result ends when nobody is signed in in it any more.</summary>
    private static async Task<Task> OpenCircuitAsync(IServiceProvider circuit, string email)
    {
        await using var db = await circuit.GetRequiredService<IDbContextFactory<Dispatch.Data.DispatchDbContext>>().CreateDbContextAsync();
        var session = await db.Sessions.SingleAsync(s => db.Users.Any(a => a.Id == s.AccountId && a.Email == email));
        var person = new ClaimsPrincipal(new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, $"{session.AccountId}"), new(AccountClaims.Session, $"{session.Id}")], "test"));
        var authentication = circuit.GetRequiredService<AuthenticationStateProvider>();
        ((IHostEnvironmentAuthenticationStateProvider)authentication)
            .SetAuthenticationState(Task.FromResult(new AuthenticationState(person)));
        var left = new TaskCompletionSource();
        authentication.AuthenticationStateChanged += state =>
        {
            if (state.Result.User.Identity is { IsAuthenticated: false }) left.TrySetResult();
        };
        return left.Task;
    }

    private static HubConnection Connect(TestHost host, PageClient browser) => new HubConnectionBuilder()
        .WithUrl(host.Url + HubLiveFeed.Address, http => http.Cookies = browser.Cookies)
        .Build();
}
