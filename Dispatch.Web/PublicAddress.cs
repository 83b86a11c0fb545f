using Dispatch.Settings;

namespace Dispatch.Web;

/// <summary>The address users reach this host at, without a slash at its end.</summary>
internal sealed class PublicAddress(DispatchOptions options)
{
    /// <summary><c>Dispatch:PublicUrl</c>, or what this request was sent to.</summary>
    public string Of(HttpRequest request) => Or($"{request.Scheme}://{request.Host}{request.PathBase}");

    /// <summary>
    /// <c>Dispatch:PublicUrl</c>, or the address that the caller knows if there is no request: in a circuit, its base address.
    /// </summary>
    public string Or(string reachedAt) => (options.PublicUrl?.ToString() ?? reachedAt).TrimEnd('/');
}
