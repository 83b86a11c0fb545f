using Dispatch.Web.Client.Api;
using Microsoft.AspNetCore.Components;

namespace Dispatch.Web.Client.Parts.Project;

internal static class SignedOut
{
    /// <summary>Goes to the login page where the session is over.</summary>
    public static void LeaveIfSignedOut(this NavigationManager navigation, ApiFailure? failure)
    {
        if (failure is not { IsSignedOut: true }) return;
        var back = Uri.EscapeDataString(new Uri(navigation.Uri).PathAndQuery);
        navigation.NavigateTo($"/login?returnUrl={back}", forceLoad: true);
    }
}
