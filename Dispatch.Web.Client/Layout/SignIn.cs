using Dispatch.Web.Client.Api;
using Microsoft.AspNetCore.Components;

namespace Dispatch.Web.Client.Layout;

/// <summary>The way to the sign-in page, and back afterwards.</summary>
public static class SignIn
{
    /// <summary>Loads it whole: it is a static page, and what is shown here is no longer for who looks at it.</summary>
    public static void ToSignIn(this NavigationManager navigation) =>
        navigation.NavigateTo($"/login?returnUrl={Uri.EscapeDataString(new Uri(navigation.Uri).PathAndQuery)}", forceLoad: true);

    /// <summary>Goes there where a call failed because the session is over.</summary>
    public static void LeaveIfSignedOut(this NavigationManager navigation, ApiFailure? failure)
    {
        if (failure is { IsSignedOut: true }) navigation.ToSignIn();
    }
}
