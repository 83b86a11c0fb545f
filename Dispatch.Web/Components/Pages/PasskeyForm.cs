namespace Dispatch.Web.Components.Pages;

/// <summary>What <c>passkeys.js</c> puts into a form.</summary>
public sealed class PasskeyForm
{
    /// <summary>For a new passkey.</summary>
    public string Name { get; set; } = "";

    /// <summary>The browser's credential, as JSON.</summary>
    public string Answer { get; set; } = "";
}
