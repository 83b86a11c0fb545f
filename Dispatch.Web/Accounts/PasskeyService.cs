using System.Buffers.Text;
using System.Net;
using Dispatch.Model;
using Dispatch.Web.Api;
using Dispatch.Web.Client.Contracts;
using Microsoft.AspNetCore.Identity;

namespace Dispatch.Web.Accounts;

/// <summary>
/// Passkeys (WebAuthn): Identity makes the challenges and verifies the answers; between the two the challenge waits in a cookie of five
/// minutes. Adding one takes the password, so that a stolen session cannot make itself permanent.
/// </summary>
internal sealed class PasskeyService(
    UserManager<Account> accounts, SignInManager<Account> signIn, AccountService accountService, AccountLimits limits)
{
    public const int MaxName = 60;
    public const int MaxPerAccount = 20;

    private static readonly Failure Refused = new(
        401, "The passkey was not accepted; try again, or sign in with the password", new ApiError("passkey_refused"));
    private static readonly Failure NotAdded = Failure.BadRequest("passkey_refused", "The passkey could not be verified; try again");
    private static readonly Failure TooMany = Failure.BadRequest(
        "too_many_passkeys", $"An account has at most {MaxPerAccount} passkeys; remove one first");

    /// <summary>Oldest first.</summary>
    public async Task<IReadOnlyList<UserPasskeyInfo>> ListAsync(Guid accountId) =>
        await FindAsync(accountId) is { } account ? [.. (await accounts.GetPasskeysAsync(account)).OrderBy(p => p.CreatedAt)] : [];

    /// <summary>What <c>navigator.credentials.create()</c> is to be asked, as JSON.</summary>
    public async Task<Parsed<string>> BeginAddAsync(Guid accountId, string password, IPAddress? address, CancellationToken cancellation)
    {
        if (await accountService.ConfirmAsync(accountId, password, address, cancellation) is { } refused) return refused;
        if (await FindAsync(accountId) is not { } account) return Failure.OfStatus(401);
        if ((await accounts.GetPasskeysAsync(account)).Count >= MaxPerAccount) return TooMany;
        return await signIn.MakePasskeyCreationOptionsAsync(
            new PasskeyUserEntity { Id = account.Id.ToString(), Name = account.Email!, DisplayName = account.Email! });
    }

    /// <summary>Keeps the passkey that the browser made.</summary>
    /// <param name="answer">What it returned, as JSON.</param>
    public async Task<Failure?> AddAsync(Guid accountId, string name, string answer)
    {
        if (await VerifyAsync(() => signIn.PerformPasskeyAttestationAsync(answer)) is not { Succeeded: true } made) return NotAdded;
        if (made.UserEntity.Id != accountId.ToString() || await FindAsync(accountId) is not { } account) return NotAdded;
        made.Passkey.Name = NameOf(name);
        return (await accounts.AddOrUpdatePasskeyAsync(account, made.Passkey)).Succeeded ? null : NotAdded;
    }

    public async Task<Failure?> RenameAsync(Guid accountId, string id, string name)
    {
        if (await FindAsync(accountId) is not { } account || IdOf(id) is not { } credential) return Failure.NotFound("Passkey");
        if (await accounts.GetPasskeyAsync(account, credential) is not { } passkey) return Failure.NotFound("Passkey");
        passkey.Name = NameOf(name);
        await accounts.AddOrUpdatePasskeyAsync(account, passkey);
        return null;
    }

    public async Task RemoveAsync(Guid accountId, string id)
    {
        if (await FindAsync(accountId) is { } account && IdOf(id) is { } credential) await accounts.RemovePasskeyAsync(account, credential);
    }

    /// <summary>
    /// The request for <c>navigator.credentials.get()</c>, as JSON. It names no account, because the authenticator knows whose passkeys
    /// it has.
    /// </summary>
    public Task<string> BeginSignInAsync() => signIn.MakePasskeyRequestOptionsAsync(null);

    /// <summary>
    /// The account of the passkey. The lock after wrong passwords does not hold here, because a passkey is not guessed and its owner must
    /// get in.
    /// </summary>
    /// <param name="answer">What the browser returned, as JSON.</param>
    public async Task<Parsed<Account>> SignInAsync(string answer, IPAddress? address)
    {
        if (limits.Count(address) is { } tooMany) return tooMany;
        if (await VerifyAsync(() => signIn.PerformPasskeyAssertionAsync(answer)) is not { Succeeded: true } proof) return Refused;
        return (await accounts.AddOrUpdatePasskeyAsync(proof.User, proof.Passkey)).Succeeded ? proof.User : Refused;   // keeps the counter
    }

    /// <summary>How a form names a passkey.</summary>
    public static string IdOf(UserPasskeyInfo passkey) => Base64Url.EncodeToString(passkey.CredentialId);

    private static byte[]? IdOf(string id) => id.Length <= 1500 && Base64Url.IsValid(id) ? Base64Url.DecodeFromChars(id) : null;

    // Without NUL, which PostgreSQL does not keep.
    private static string NameOf(string name) =>
        name.Replace("\0", "", StringComparison.Ordinal).Trim() is { Length: > 0 } given ? Surrogates.Cut(given, MaxName) : "Passkey";

    private Task<Account?> FindAsync(Guid accountId) => accounts.FindByIdAsync(accountId.ToString());

    // Identity throws where no challenge is under way, which is what an old page or a second click looks like.
    private static async Task<T?> VerifyAsync<T>(Func<Task<T>> verify) where T : class
    {
        try
        {
            return await verify();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
