using System.Security.Claims;

namespace Dispatch.Web.Accounts;

/// <summary>Who a cookie's principal is.</summary>
internal static class Principals
{
    /// <summary>Null: nobody is signed in.</summary>
    public static Guid? AccountId(this ClaimsPrincipal person) => IdOf(person, ClaimTypes.NameIdentifier);

    /// <summary>The session's row; null: nobody is signed in.</summary>
    public static Guid? SessionId(this ClaimsPrincipal person) => IdOf(person, AccountClaims.Session);

    private static Guid? IdOf(ClaimsPrincipal person, string claim) => Guid.TryParse(person.FindFirstValue(claim), out var id) ? id : null;
}
