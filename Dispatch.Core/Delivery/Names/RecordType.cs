namespace Dispatch.Delivery.Names;

/// <summary>What a name server is asked for, with the numbers of RFC 1035 and RFC 3596.</summary>
internal enum RecordType : ushort
{
    /// <summary>IPv4 addresses.</summary>
    A = 1,

    /// <summary>IPv6 addresses.</summary>
    Aaaa = 28,
}
