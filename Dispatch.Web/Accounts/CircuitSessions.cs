using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Dispatch.Web.Accounts;

/// <summary>
/// A circuit outlives the request that proved who is there. When the session has ended (<see cref="SessionWatch"/>), nobody is signed in
/// any more, and the page goes to the sign-in page. The circuit's calls do not wait for that
/// (<see cref="Dashboard.CircuitDispatchApi"/>).
/// </summary>
internal sealed class CircuitSessions : ServerAuthenticationStateProvider, IDisposable
{
    private readonly SessionWatch sessions;
    private IDisposable? watch;

    public CircuitSessions(SessionWatch sessions)
    {
        this.sessions = sessions;
        AuthenticationStateChanged += state => _ = WatchAsync(state);
    }

    public void Dispose() => watch?.Dispose();

    private async Task WatchAsync(Task<AuthenticationState> state)
    {
        watch?.Dispose();
        watch = (await state).User.SessionId() is { } session ? sessions.Watch(session, SignOut) : null;
    }

    private void SignOut() => SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));
}
