using Dispatch.Model;
using Dispatch.Settings;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>
/// This host's queue in Hangfire's storage. Hosts may share a storage, but a job is claimed only by the host that armed it: so each has a queue of its own.
/// </summary>
internal sealed class AlarmQueue(HostIdentity host, HangfireOptions hangfire)
{
    private const string Prefix = "deliveries-";

    /// <summary>At most 50 characters, lower case, as Hangfire wants it.</summary>
    public string Name { get; } = NameOf(host.Id);

    /// <summary>
    /// How many threads set alarms, take them, and keep the books. In memory each of these takes microseconds. On SQL Server it takes four to eight
    /// journeys one after the other, a few ms together, so that a thread alone would do a few hundred a second.
    /// </summary>
    public int Threads => hangfire.Storage switch
    {
        HangfireStorage.Memory or null => 1,
        HangfireStorage.SqlServer => 8,
    };

    public static string NameOf(Guid hostId) => $"{Prefix}{hostId:n}";

    /// <summary>Whose queue it is; null where it is not a host's.</summary>
    public static Guid? HostOf(string? queue) =>
        queue?.StartsWith(Prefix, StringComparison.Ordinal) == true && Guid.TryParseExact(queue.AsSpan(Prefix.Length), "n", out var host) ? host : null;
}
