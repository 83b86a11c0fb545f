using System.Security.Claims;
using Dispatch.Model;
using Dispatch.Reading;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Api;

/// <summary>Every read waits for its turn, by HTTP and in a circuit, and is refused if there is none.</summary>
public sealed class ReadTurnsTests(TestWebHost host) : IClassFixture<TestWebHost>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_without_a_turn_are_refused_and_those_of_another_account_are_not()
    {
        var (greedy, other) = (await host.RegisterAsync(), await host.RegisterAsync());
        var project = await greedy.CreateProjectAsync();
        var account = (await greedy.GetAsync("auth/me")).Data.GetProperty("id").GetGuid();
        var held = await HoldAllAsync(account);
        string[] reads =
        [
            "jobs", $"jobs/{Guid.CreateVersion7()}", "projects", $"projects/{project}", $"projects/{project}/keys",
            $"projects/{project}/inbox", $"projects/{project}/signing-secret", "auth/me", "dashboard/overview", "dashboard/projects",
            $"dashboard/projects/{project}", "dashboard/jobs", "dashboard/jobs?search=a", $"dashboard/jobs/{Guid.CreateVersion7()}",
        ];

        var circuit = InCircuitAsync(greedy.Email!);
        var answers = await Task.WhenAll(reads.Select(greedy.GetAsync));

        Assert.All(answers, answer => Assert.Equal((503, "too_many_reads"), (answer.Status, answer.Code)));
        Assert.Equal(503, (await circuit).Failure!.Status);
        Assert.Equal(200, (await other.GetAsync("jobs")).Status);
        Assert.Equal(201, (await greedy.PostAsync("projects", new { name = "written" })).Status);
        foreach (var turn in held) turn.Dispose();
        Assert.Equal(200, (await greedy.GetAsync("jobs")).Status);
    }

    /// <summary>As many turns as the account gets.</summary>
    private async Task<List<ReadTurn>> HoldAllAsync(Guid account)
    {
        var gate = host.Services.GetRequiredService<ReadGate>();
        var held = new List<ReadTurn>();
        while (true)
        {
            using var more = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            var entering = gate.EnterAsync(account, ReadKind.Small, more.Token);
            if (entering.IsCompletedSuccessfully)
            {
                held.Add((await entering)!);
                continue;
            }

            await more.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => entering);
            return held;
        }
    }

    private async Task<ApiResult<JobGrid>> InCircuitAsync(string email)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var account = (await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().FindByEmailAsync(email))!;
        var session = (await host.Services.GetRequiredService<SessionStore>()
            .OpenBrowserAsync(account, new SessionOrigin(null, null), Ct))!.Value;
        var who = new ClaimsPrincipal(new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, account.Id.ToString()), new(AccountClaims.Session, session.ToString())], "test"));
        ((IHostEnvironmentAuthenticationStateProvider)scope.ServiceProvider.GetRequiredService<AuthenticationStateProvider>())
            .SetAuthenticationState(Task.FromResult(new AuthenticationState(who)));
        return await scope.ServiceProvider.GetRequiredService<IDispatchApi>().JobsAsync(new JobsQuery(), Ct);
    }
}
