using MudBlazor;

namespace Dispatch.Web.Client.Parts.Project;

internal static class Confirming
{
    /// <summary>True where the person agreed.</summary>
    /// <param name="text">What happens then.</param>
    /// <param name="action">The button's text.</param>
    public static async Task<bool> ConfirmAsync(this IDialogService dialogs, string title, string text, string action)
    {
        var parameters = new DialogParameters<ConfirmDialog> { { dialog => dialog.Text, text }, { dialog => dialog.Action, action } };
        var dialog = await dialogs.ShowAsync<ConfirmDialog>(title, parameters);
        return await dialog.Result is { Canceled: false };
    }
}
