using Dispatch.Settings;

namespace Dispatch.Web.Connections;

/// <summary>
/// Counts the open connections, in all and per address. If there are too many, it closes those that have been idle the longest rather than
/// refuse the new one: thousands that send a byte now and then would otherwise keep everybody out. Those that never brought a request go
/// first.
/// </summary>
internal sealed class ConnectionRegister(LimitOptions limits, Descriptors descriptors, ConnectionLog log)
{
    /// <summary>How many places one search frees, as a part of the limit: it looks at every connection.</summary>
    private const int PartFreed = 64;

    private readonly int inAll = Math.Min(limits.MaxConnections, descriptors.Incoming);
    private readonly int perAddress =
        limits.MaxConnectionsPerAddress ?? Math.Max(1, Math.Min(limits.MaxConnections, descriptors.Incoming) / 2);
    private readonly Lock gate = new();
    private readonly HashSet<ClientConnection> open = [];
    private readonly Dictionary<string, int> byAddress = [];

    /// <summary>Open connections, without those that are being closed.</summary>
    public int Count
    {
        get { lock (gate) return open.Count; }
    }

    /// <summary>False: every place is taken by a connection that has a request at work.</summary>
    public bool TryAdd(ClientConnection connection)
    {
        lock (gate)
        {
            if (connection.Address is { } address && CountOf(address) >= perAddress)
            {
                log.TooMany("Limits:MaxConnectionsPerAddress", perAddress);
                if (!Free(open.Where(one => one.Address == address), perAddress)) return false;
            }

            if (open.Count >= inAll)
            {
                log.TooMany(inAll < limits.MaxConnections ? "the limit of open files" : "Limits:MaxConnections", inAll);
                if (!Free(open, inAll)) return false;
            }

            open.Add(connection);
            if (connection.Address is { } counted) byAddress[counted] = CountOf(counted) + 1;
            return true;
        }
    }

    public void Remove(ClientConnection connection)
    {
        lock (gate)
        {
            if (!connection.IsEnding) Forget(connection);
        }
    }

    private bool Free(IEnumerable<ClientConnection> among, int limit)
    {
        var ending = among.Where(one => one.IsIdle)
            .OrderBy(one => one.WasUsed).ThenBy(one => one.IdleSince)
            .Take(Math.Max(1, limit / PartFreed))
            .ToArray();
        foreach (var connection in ending)
        {
            Forget(connection);
            connection.MarkEnding();
            // Closing calls back, and the lock is held.
            ThreadPool.UnsafeQueueUserWorkItem(one => one.EndIdle(), connection, preferLocal: false);
        }

        return ending.Length > 0;
    }

    private void Forget(ClientConnection connection)
    {
        open.Remove(connection);
        if (connection.Address is not { } address) return;
        var left = CountOf(address) - 1;
        if (left > 0) byAddress[address] = left;
        else byAddress.Remove(address);
    }

    private int CountOf(string address) => byAddress.GetValueOrDefault(address);
}
