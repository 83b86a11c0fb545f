using Dispatch.Fairness;
using Dispatch.Web.Api;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Accounts;

/// <summary>
/// Keys and tokens that nobody has shown lately take turns to be looked up: a stranger can make up as many as they like, and SQLite holds a
/// thread for each look-up. Who showed a right one lately never waits here.
/// </summary>
internal sealed class CredentialTurns
{
    private const int Places = 4;

    private static readonly object Refused = new();

    private readonly AddressTurns turns = new(Places);

    /// <summary>The answer to a credential that was not looked up.</summary>
    public static Failure Busy { get; } = new(
        503,
        "Too many unknown credentials are tried at the moment; try again in a second",
        new ApiError("storage_unavailable"),
        RetryAfter: TimeSpan.FromSeconds(1));

    /// <summary>A turn; give it back by disposing. Null: there was none in time, and <see cref="WasRefused"/> says so.</summary>
    public async ValueTask<Permit?> EnterAsync(HttpContext http)
    {
        var turn = await turns.EnterAsync(http.Connection.RemoteIpAddress, http.RequestAborted);
        if (turn is null) http.Items[Refused] = true;
        return turn;
    }

    public static bool WasRefused(HttpContext http) => http.Items.ContainsKey(Refused);
}
