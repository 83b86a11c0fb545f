namespace Dispatch.Web.Accounts;

/// <summary>
/// The account that makes an API call, as the credential says. Handlers take it as a parameter; authorization makes sure that it is there.
/// </summary>
/// <param name="ProjectId">The only project in reach, with an API key; null with a session.</param>
/// <param name="KeyId">The API key; null with a session.</param>
internal sealed record Caller(Guid AccountId, Guid? ProjectId = null, Guid? KeyId = null)
{
    public static ValueTask<Caller?> BindAsync(HttpContext http) => ValueTask.FromResult(http.Features.Get<Caller>());
}
