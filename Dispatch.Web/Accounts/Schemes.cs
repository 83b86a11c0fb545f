namespace Dispatch.Web.Accounts;

/// <summary>How a caller may prove who they are. Each is an authentication scheme and, for the API, a policy of the same name.</summary>
internal static class Schemes
{
    /// <summary><c>Authorization: Bearer ses_…</c>: a person's session.</summary>
    public const string Bearer = "Bearer";

    /// <summary>The pages' cookie, on a call of the dashboard to the API.</summary>
    public const string Dashboard = "Dashboard";

    /// <summary>A person: by a session's token, or from the dashboard. The policy <see cref="Bearer"/> asks for it.</summary>
    public const string Person = "Person";

    /// <summary><c>x-api-key: sk_…</c>: a program, for one project.</summary>
    public const string ApiKey = "ApiKey";

    /// <summary>Either of the two; when both are sent, the key counts.</summary>
    public const string BearerOrApiKey = "BearerOrApiKey";

    /// <summary>A policy: a person signed in to the pages who may see the whole installation.</summary>
    public const string Operator = "Operator";
}
