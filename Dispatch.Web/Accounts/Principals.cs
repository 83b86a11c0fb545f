using System.Security.Claims;

namespace Dispatch.Web.Accounts;

/// <summary>Who a cookie's principal is.</summary>
internal static class Principals
{
    /// <summary>Null: nobody is signed in.</summary>
    public static Guid? AccountId(this ClaimsPrincipal person) => Guid.TryParse(person.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null;
}
