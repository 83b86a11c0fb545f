namespace Dispatch.Settings;

/// <summary><c>Limits:*</c>: what clients of this host may hold of it at once.</summary>
internal sealed class LimitOptions
{
    /// <summary>
    /// Open connections. When all are taken, those that have been idle the longest are closed for new ones. 100 to 1,000,000.
    /// </summary>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// Open connections from one IP address (IPv6: one /64); <c>Dispatch:KnownProxies</c> are free of it. Null: half of
    /// <see cref="MaxConnections"/>, so that no address takes all, and a proxy that nobody has named still serves many people.
    /// 1 to <see cref="MaxConnections"/>.
    /// </summary>
    public int? MaxConnectionsPerAddress { get; set; }

    /// <summary>Open WebSockets, which dashboards use. Null: half of <see cref="MaxConnections"/>. 1 to 1,000,000.</summary>
    public int? MaxWebSockets { get; set; }

    /// <summary>
    /// Pages that are made at once for people who are not signed in; an address gets at most half. The others wait. 1 to 10,000.
    /// </summary>
    public int MaxAnonymousRequests { get; set; } = 2;

    /// <summary>
    /// How long a client may take none of an answer before its connection is closed. 1 s to 1 h.
    /// </summary>
    public TimeSpan UnreadAnswerTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
