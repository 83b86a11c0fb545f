using Dispatch.Settings;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Dispatch.Web.Components;

/// <summary>From <c>Dashboard:RenderMode</c> to Blazor's own.</summary>
internal static class RenderModes
{
    public static IComponentRenderMode ToComponentMode(this DashboardRenderMode mode) => mode switch
    {
        DashboardRenderMode.Auto => RenderMode.InteractiveAuto,
        DashboardRenderMode.Server => RenderMode.InteractiveServer,
        DashboardRenderMode.WebAssembly => RenderMode.InteractiveWebAssembly,
    };
}
