using Dispatch.Model;
using Dispatch.Settings;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>This host's own queue in Hangfire's storage. Hosts may share a storage, but only the host that armed a job claims it.</summary>
internal sealed class AlarmQueue(HostIdentity host, HangfireOptions hangfire)
{
    private const string Prefix = "deliveries-";

    /// <summary>At most 50 characters, lower case, as Hangfire requires.</summary>
    public string Name { get; } = NameOf(host.Id);

    /// <summary>
    /// How many threads set alarms, how many fetch them, and how many write Hangfire's states. On SQL Server each of these steps takes
    /// several round trips one after the other, so one thread would be too slow for a burst.
    /// </summary>
    public int Threads => hangfire.Storage switch
    {
        HangfireStorage.Memory or null => 1,
        HangfireStorage.SqlServer => 8,
    };

    public static string NameOf(Guid hostId) => $"{Prefix}{hostId:n}";

    /// <summary>The id of the host whose queue it is; null if it is not a host's queue.</summary>
    public static Guid? HostOf(string? queue)
    {
        if (queue?.StartsWith(Prefix, StringComparison.Ordinal) != true) return null;
        return Guid.TryParseExact(queue.AsSpan(Prefix.Length), "n", out var host) ? host : null;
    }
}
