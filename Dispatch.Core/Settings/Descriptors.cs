using System.Globalization;

namespace Dispatch.Settings;

/// <summary>
/// How many descriptors, which are open files and connections, this process may have, and who may take how many of them. What the
/// database and the host's own files need is left over, so that neither deliveries nor callers can stop the host from working.
/// </summary>
/// <param name="Limit">Open files and connections at most; null if the system does not tell, and then nothing is limited.</param>
internal sealed record Descriptors(int? Limit)
{
    // An idle host has about 400, most of them .NET's assemblies; the pool of PostgreSQL connections takes up to 100 more. They must never
    // be missing: without one .NET cannot start a thread, which may end the process, nor load an assembly, which it never tries again.
    private const int ForHostAndDatabase = 512;

    private const int FewestPlaces = 16;

    /// <summary>Connections of callers: a quarter of all.</summary>
    public int Incoming => Limit / 4 ?? int.MaxValue;

    // Half of it for connections in use, half for those that are kept open after a delivery, and for second tries and name look-ups.
    private int Outgoing => Limit is { } limit ? Math.Max(limit - Incoming - ForHostAndDatabase, 2 * FewestPlaces) : int.MaxValue;

    /// <summary>Reads the limit of this process.</summary>
    public static Descriptors OfThisProcess() => new(OperatingSystem.IsLinux() ? ReadLimit("/proc/self/limits") : null);

    /// <summary>Deliveries that may be on the wire at once: as many as wanted, or fewer.</summary>
    public int PlacesFor(int wanted) => Math.Min(wanted, Outgoing / 2);

    /// <summary>While fewer connections than this are open or wanted, a delivery may keep its connection for the next one.</summary>
    public int ConnectionsToKeep(int wantedPlaces) => Outgoing - PlacesFor(wantedPlaces);

    /// <summary>The limit, as a person reads it.</summary>
    public override string ToString() => Limit is { } limit ? limit.ToString("N0", CultureInfo.InvariantCulture) : "unknown";

    // "Max open files            1024                 524288               files". The first number counts; .NET raises it to the second.
    private static int? ReadLimit(string path)
    {
        try
        {
            var line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            var value = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(3);
            return int.TryParse(value, CultureInfo.InvariantCulture, out var limit) ? limit : null;   // otherwise it is "unlimited"
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
