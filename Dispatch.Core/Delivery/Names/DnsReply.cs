using System.Net;

namespace Dispatch.Delivery.Names;

/// <summary>What a name server's reply means for a question.</summary>
internal enum ReplyKind
{
    /// <summary>The name has these addresses.</summary>
    Addresses,

    /// <summary>The name exists and has no address of this family.</summary>
    NoAddress,

    /// <summary>The name does not exist (NXDOMAIN).</summary>
    UnknownName,

    /// <summary>The reply did not fit into a datagram, so the question must be asked by TCP.</summary>
    Truncated,

    /// <summary>The server cannot tell (SERVFAIL, REFUSED and the like), or its reply is garbled. Another server may know.</summary>
    Failed,

    /// <summary>Nobody listens at the server's address at the moment, or there is no way to it.</summary>
    Unreachable,
}

/// <summary>A name server's reply to one question.</summary>
internal readonly record struct DnsReply(ReplyKind Kind, IPAddress[] Addresses)
{
    public static DnsReply Without(ReplyKind kind) => new(kind, []);
}
