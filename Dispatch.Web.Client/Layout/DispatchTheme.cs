using MudBlazor;

namespace Dispatch.Web.Client.Layout;

/// <summary>
/// MudBlazor's part of the look: type and shape. Its colours are set in <c>dashboard.css</c> from the tokens of <c>tokens.css</c>, so that
/// dark and light follow one attribute on the page and the first paint is right without asking anybody.
/// </summary>
public static class DispatchTheme
{
    private static readonly string[] Sans =
        ["Inter", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "DejaVu Sans", "sans-serif"];

    public static MudTheme Instance { get; } = new()
    {
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "10px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Sans, FontSize = "1rem", LineHeight = "1.55", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontFamily = Sans, FontWeight = "600", TextTransform = "none", LetterSpacing = "normal" },
            H6 = new H6Typography { FontFamily = Sans, FontWeight = "650", FontSize = "1.1rem", LetterSpacing = "normal" },
        },
    };
}
