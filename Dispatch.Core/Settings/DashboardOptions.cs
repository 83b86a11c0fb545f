namespace Dispatch.Settings;

/// <summary><c>Dashboard:*</c>.</summary>
internal sealed class DashboardOptions
{
    /// <summary>Where the dashboard's interactive pages run.</summary>
    public DashboardRenderMode RenderMode { get; set; } = DashboardRenderMode.Auto;
}

internal enum DashboardRenderMode
{
    Auto,
    Server,
    WebAssembly,
}
