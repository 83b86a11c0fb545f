namespace Dispatch.Web.Components.Pages.Account;

/// <summary>A change of password.</summary>
public sealed class PasswordForm
{
    public string Current { get; set; } = "";

    public string Replacement { get; set; } = "";
}

/// <summary>Which session is signed out.</summary>
public sealed class SessionsForm
{
    /// <summary>A session's id, or <c>others</c>.</summary>
    public string Close { get; set; } = "";
}

/// <summary>What happens to a passkey.</summary>
public sealed class PasskeyChangeForm
{
    public string Name { get; set; } = "";
}

/// <summary>The confirmation that the account is to be deleted.</summary>
public sealed class DeletionForm
{
    /// <summary>Typed once more, so that nobody deletes the wrong account.</summary>
    public string Email { get; set; } = "";

    public string Password { get; set; } = "";
}
