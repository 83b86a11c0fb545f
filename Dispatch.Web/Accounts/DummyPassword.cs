using Dispatch.Model;
using Microsoft.AspNetCore.Identity;

namespace Dispatch.Web.Accounts;

/// <summary>A hash to verify against where there is no account, so that its absence does not show in the time of the answer.</summary>
internal sealed class DummyPassword
{
    private readonly PasswordHasher<Account> hasher = new();
    private readonly Account nobody = new();
    private readonly string hash;

    public DummyPassword() => hash = hasher.HashPassword(nobody, Guid.NewGuid().ToString());

    public void Verify(string password) => hasher.VerifyHashedPassword(nobody, hash, password);
}
