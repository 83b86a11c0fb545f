namespace Dispatch.Settings;

/// <summary><c>Dispatch:*</c>: the installation as a whole.</summary>
internal sealed class DispatchOptions
{
    /// <summary>E-mail addresses of operators beside the first account.</summary>
    public IReadOnlyList<string> Operators { get; set; } = [];

    /// <summary>Rules for new accounts. The first account can always be created.</summary>
    public RegistrationMode Registration { get; set; } = RegistrationMode.Open;

    /// <summary>The address for users, such as <c>https://dispatch.example.com</c>. Null: taken from each request.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>Addresses (CIDR) of reverse proxies whose <c>X-Forwarded-*</c> headers are trusted.</summary>
    public IReadOnlyList<System.Net.IPNetwork> KnownProxies { get; set; } = [];
}

internal enum RegistrationMode
{
    /// <summary>Everybody may create an account.</summary>
    Open,

    /// <summary>Nobody may create an account once the first one exists.</summary>
    Closed,
}
