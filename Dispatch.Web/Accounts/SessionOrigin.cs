using System.Net;
using Dispatch.Model;

namespace Dispatch.Web.Accounts;

/// <summary>Where a session was opened, as far as the request says: enough for its owner to know it again in a list.</summary>
internal sealed record SessionOrigin(string? UserAgent, string? Address)
{
    public static SessionOrigin Of(HttpContext http)
    {
        var agent = http.Request.Headers.UserAgent.ToString();
        if (agent.Length > Session.MaxUserAgent) agent = agent[..Session.MaxUserAgent];
        return new SessionOrigin(agent.Length == 0 ? null : agent, Text(http.Connection.RemoteIpAddress));
    }

    private static string? Text(IPAddress? address) =>
        (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();
}
