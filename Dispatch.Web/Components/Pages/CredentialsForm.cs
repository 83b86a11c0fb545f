namespace Dispatch.Web.Components.Pages;

/// <summary>What the forms to register and to sign in send.</summary>
public sealed class CredentialsForm
{
    public string Email { get; set; } = "";

    public string Password { get; set; } = "";
}
