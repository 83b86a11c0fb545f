using System.Diagnostics;
using System.Net;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Projects;
using Dispatch.Settings;
using Dispatch.Time;
using Dispatch.Web.Api;
using Dispatch.Web.Client.Contracts;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Web.Accounts;

/// <summary>
/// Everything that needs a password: register, sign in, change it, delete the account. The API and the pages both call it.
/// </summary>
internal sealed class AccountService(
    UserManager<Account> accounts, DispatchDbContext db, SessionStore sessions, AccountLimits limits, DummyPassword dummy,
    ProjectStore projects, DispatchOptions options, TimeProvider clock)
{
    public const int MinPassword = 8;
    public const int MaxPassword = 1024;

    private static readonly TimeSpan RefusalTime = TimeSpan.FromMilliseconds(150);

    // One text for every reason, and it names the lock: whoever is locked out learns why, whoever guesses learns nothing.
    public static readonly Failure WrongCredentials = new(
        401,
        "The e-mail or the password is wrong, or the account is locked for 15 minutes after too many wrong passwords",
        new ApiError("wrong_credentials"));

    /// <summary>Whether anyone may make an account now.</summary>
    public async Task<bool> IsRegistrationOpenAsync(CancellationToken cancellation) =>
        options.Registration == RegistrationMode.Open || !await db.Users.AnyAsync(cancellation);

    public async Task<Parsed<Account>> RegisterAsync(string email, string password, IPAddress? address, CancellationToken cancellation)
    {
        if (Check(email, password) is { } invalid) return invalid;
        if (limits.Count(address, email) is { } tooMany) return tooMany;
        using var turn = await limits.TakeTurnAsync(cancellation);
        if (!turn.IsAcquired) return AccountLimits.Busy;

        if (await CreateFirstAsync(email, password, cancellation) is { } first) return first;
        if (options.Registration == RegistrationMode.Closed)
        {
            return new Failure(403, "Registration is closed on this installation; ask its operator", new ApiError("registration_closed"));
        }

        var account = NewAccount(email, isOperator: false);
        return await CreateAsync(account, password) ? account : EmailTaken();
    }

    /// <summary>The account of that e-mail and password.</summary>
    public async Task<Parsed<Account>> SignInAsync(string email, string password, IPAddress? address, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await TrySignInAsync(email, password, address, cancellation);
        // Counting a wrong password is a write that an unknown e-mail does not cause; waiting out a fixed time hides it.
        if (result.Failure == WrongCredentials && RefusalTime - Stopwatch.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
            await Task.Delay(left, cancellation);
        return result;
    }

    private async Task<Parsed<Account>> TrySignInAsync(string email, string password, IPAddress? address, CancellationToken cancellation)
    {
        if (password.Length > MaxPassword || !EmailAddress.IsValid(email)) return WrongCredentials;
        if (limits.Count(address, email) is { } tooMany) return tooMany;
        using var turn = await limits.TakeTurnAsync(cancellation);
        if (!turn.IsAcquired) return AccountLimits.Busy;

        if (await accounts.FindByEmailAsync(email) is not { } account)
        {
            dummy.Verify(password);
            return WrongCredentials;
        }

        return await VerifyAsync(account, password) ? account : WrongCredentials;
    }

    /// <summary>Changes the password and ends every session at once.</summary>
    /// <param name="keep">The session that goes on: the browser in which the password is changed. Null ends all.</param>
    public async Task<Failure?> ChangePasswordAsync(
        Guid accountId, string current, string replacement, Guid? keep, IPAddress? address, CancellationToken cancellation)
    {
        if (PasswordError(replacement, "newPassword", "new_password") is { } error) return Failure.Fields([error]);
        if (limits.Count(address, accountId.ToString()) is { } tooMany) return tooMany;
        using var turn = await limits.TakeTurnAsync(cancellation);
        if (!turn.IsAcquired) return AccountLimits.Busy;

        if (await accounts.FindByIdAsync(accountId.ToString()) is not { } account || !await VerifyAsync(account, current))
            return WrongPassword("currentPassword");
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        account.PasswordHash = accounts.PasswordHasher.HashPassword(account, replacement);
        Require(await accounts.UpdateSecurityStampAsync(account));   // saves the hash as well
        await db.Sessions.Where(s => s.AccountId == accountId && s.Id != keep).ExecuteDeleteAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        sessions.TellEnded();
        return null;
    }

    /// <summary>Deletes the account, its projects with their keys, and its sessions. Its jobs fire no more.</summary>
    public async Task<Failure?> DeleteAsync(Guid accountId, string password, IPAddress? address, CancellationToken cancellation)
    {
        if (limits.Count(address, accountId.ToString()) is { } tooMany) return tooMany;
        using var turn = await limits.TakeTurnAsync(cancellation);
        if (!turn.IsAcquired) return AccountLimits.Busy;

        if (await accounts.FindByIdAsync(accountId.ToString()) is not { } account || !await VerifyAsync(account, password))
            return WrongPassword("password");
        // The projects go first, because an account without projects can be deleted again, but projects without an account cannot.
        await projects.DeleteAllAsync(accountId);
        await db.Sessions.Where(s => s.AccountId == accountId).ExecuteDeleteAsync(CancellationToken.None);
        Require(await accounts.DeleteAsync(account));
        sessions.TellEnded();
        return null;
    }

    /// <summary>Asks for the password once more, before something that a stolen session must not be able to do.</summary>
    public async Task<Failure?> ConfirmAsync(Guid accountId, string password, IPAddress? address, CancellationToken cancellation)
    {
        if (limits.Count(address, accountId.ToString()) is { } tooMany) return tooMany;
        using var turn = await limits.TakeTurnAsync(cancellation);
        if (!turn.IsAcquired) return AccountLimits.Busy;
        return await accounts.FindByIdAsync(accountId.ToString()) is { } account && await VerifyAsync(account, password)
            ? null
            : WrongPassword("password");
    }

    // Only ever in a turn of AccountLimits: wrong tries at the same time would otherwise count as one.
    private async Task<bool> VerifyAsync(Account account, string password)
    {
        if (await accounts.IsLockedOutAsync(account))
        {
            dummy.Verify(password);
            return false;
        }

        if (!await accounts.CheckPasswordAsync(account, password))
        {
            await accounts.AccessFailedAsync(account);
            return false;
        }

        if (account.AccessFailedCount > 0) await accounts.ResetAccessFailedCountAsync(account);
        return true;
    }

    private Account NewAccount(string email, bool isOperator) =>
        new()
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            UserName = email,
            Email = email,
            IsOperator = isOperator,
            CreatedAt = clock.NowMs()
        };

    /// <summary>Null: it is not the first.</summary>
    // Serializable: of two hosts that both see none before theirs, the database lets one through.
    private async Task<Account?> CreateFirstAsync(string email, string password, CancellationToken cancellation)
    {
        if (await db.Users.AnyAsync(cancellation)) return null;
        try
        {
            var created = await db.SerializableAsync(
                async transaction =>
                {
                    var account = NewAccount(email, isOperator: true);
                    if (await db.Users.AnyAsync(cancellation) || !await CreateAsync(account, password)) return null;
                    await transaction.CommitAsync(CancellationToken.None);
                    return account;
                },
                cancellation);
            if (created is not null) return created;
        }
        catch (Exception exception) when (DatabaseFaults.IsConflict(exception))
        {
        }

        db.ChangeTracker.Clear();
        return null;
    }

    private async Task<bool> CreateAsync(Account account, string password)
    {
        try
        {
            var created = await accounts.CreateAsync(account, password);
            if (created.Errors.Any(e =>
                    e.Code is nameof(IdentityErrorDescriber.DuplicateEmail) or nameof(IdentityErrorDescriber.DuplicateUserName)))
                return false;
            Require(created);
            return true;
        }
        catch (DbUpdateException exception) when (DatabaseFaults.IsUniqueViolation(exception))   // another host was faster
        {
            return false;
        }
    }

    private static Failure? Check(string email, string password)
    {
        List<ApiError> errors = [];
        if (!EmailAddress.IsValid(email))
            errors.Add(new ApiError(
                "email_invalid",
                "email",
                $"email must be an address such as ada@example.com, at most {EmailAddress.MaxLength} characters"));
        if (PasswordError(password, "password", "password") is { } error) errors.Add(error);
        return errors.Count == 0 ? null : Failure.Fields(errors);
    }

    private static ApiError? PasswordError(string password, string field, string code) => password.Length switch
    {
        < MinPassword => new ApiError($"{code}_too_short", field, $"{field} must have at least {MinPassword} characters"),
        > MaxPassword => new ApiError($"{code}_too_long", field, $"{field} must have at most {MaxPassword:N0} characters"),
        _ => null,
    };

    private static Failure EmailTaken() => new(409, "There is an account with this e-mail already", new ApiError("email_taken", "email"));

    private static Failure WrongPassword(string field) => Failure.BadRequest("wrong_password", "The password is wrong", field);

    private static void Require(IdentityResult result)
    {
        if (!result.Succeeded)
            throw new InvalidOperationException(
                "Identity refused what was checked before: " + string.Join(", ", result.Errors.Select(e => e.Code)));
    }
}
