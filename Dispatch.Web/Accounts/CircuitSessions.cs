using Dispatch.Data;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Dispatch.Web.Accounts;

/// <summary>
/// A circuit outlives the request that proved who is there: every ten seconds it asks whether the session is still open, and goes to the sign-in
/// page when it is not. Its calls do not wait for that (<see cref="Dashboard.CircuitDispatchApi"/>).
/// </summary>
internal sealed class CircuitSessions(ILoggerFactory logger, SessionLook sessions) : RevalidatingServerAuthenticationStateProvider(logger)
{
    protected override TimeSpan RevalidationInterval => SessionWatch.Interval;

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        try
        {
            return authenticationState.User.SessionId() is { } session && await sessions.IsOpenAsync(session, cancellationToken);
        }
        catch (Exception exception) when (exception is ObjectDisposedException || DatabaseFaults.IsUnavailable(exception))
        {
            return true;   // the host is stopping, or the database is away: nobody is signed out for that, and a call of the page asks for itself
        }
    }
}
