using Dispatch.Web.Accounts;
using Dispatch.Web.Api;

namespace Dispatch.Web.Components.Parts;

/// <summary>What a form says beside a field. The API's own messages name the fields as programs do.</summary>
internal static class FieldMessages
{
    /// <summary>Why the form as a whole was refused; null where a field is to blame, or nothing is.</summary>
    public static string? OfForm(this Failure? failure) => failure is { Error.Field: null } ? failure.Message : null;

    /// <summary>Null: nothing is wrong with that field.</summary>
    public static string? For(this Failure? failure, string field)
    {
        var error = (failure?.Errors ?? (failure is null ? [] : [failure.Error])).FirstOrDefault(error => error.Field == field);
        return error?.Code switch
        {
            null => null,
            "email_invalid" => "Enter an e-mail address such as ada@example.com",
            "password_too_short" or "new_password_too_short" => $"Use at least {AccountService.MinPassword} characters",
            "password_too_long" or "new_password_too_long" => $"Use at most {AccountService.MaxPassword:N0} characters",
            _ => error.Message ?? failure!.Message,
        };
    }
}
