namespace Dispatch.Settings;

/// <summary><c>Dispatch:*</c>: the installation as a whole.</summary>
internal sealed class DispatchOptions
{
    /// <summary>E-mail addresses of operators beside the first account.</summary>
    public IReadOnlyList<string> Operators { get; set; } = [];

    /// <summary>Who may register. The first account can always be made.</summary>
    public RegistrationMode Registration { get; set; } = RegistrationMode.Open;

    /// <summary>The address users reach this host at, such as <c>https://dispatch.example.com</c>; null: taken from each request.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>Addresses (CIDR) of reverse proxies whose <c>X-Forwarded-*</c> headers are believed.</summary>
    public IReadOnlyList<System.Net.IPNetwork> KnownProxies { get; set; } = [];
}

/// <summary>Who may make an account.</summary>
internal enum RegistrationMode
{
    /// <summary>Anyone.</summary>
    Open,

    /// <summary>No one, once the first account exists.</summary>
    Closed,
}
