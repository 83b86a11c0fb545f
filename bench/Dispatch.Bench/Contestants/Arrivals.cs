using System.Text.Json;

namespace Dispatch.Bench.Contestants;

/// <summary>One webhook's arrival: <paramref name="LatenessMs"/> is arrival minus <c>payload.at</c>, the job's fireAt.</summary>
/// <param name="Account">Whose it is: what stands behind <c>/hook/</c>; empty where nothing does.</param>
internal readonly record struct Arrived(string Account, string JobId, double LatenessMs, double AtMs)
{
    public double DueMs => AtMs - LatenessMs;

    public static Arrived Read(string account, ReadOnlyMemory<byte> body, double atMs)
    {
        using var json = JsonDocument.Parse(body);
        var dueMs = json.RootElement.GetProperty("payload").GetProperty("at").GetInt64();
        return new Arrived(account, json.RootElement.GetProperty("jobId").GetString()!, atMs - dueMs, atMs);
    }
}

/// <summary>What arrived. Lateness in ms.</summary>
/// <param name="Early">Arrived before their fireAt.</param>
/// <param name="LastAtMs">When the last one arrived, ms since the Unix epoch.</param>
internal sealed record Arrivals(
    int Count, int Unique, int Early, double P50, double P90, double P99, double P999, double Max, double LastAtMs)
{
    public int Duplicates => Count - Unique;

    /// <param name="expected">So many jobs should have arrived; of those that have not, it is known that they are later than that.</param>
    public static Arrivals Of(Arrived[] all, int expected = 0, double missingMs = 0)
    {
        var unique = all.Select(a => a.JobId).Distinct().Count();
        double[] late =
        [
            .. all.Select(a => a.LatenessMs).Concat(Enumerable.Repeat(missingMs, Math.Max(0, expected - unique))).Order()
        ];
        if (late.Length == 0) return new Arrivals(0, 0, 0, 0, 0, 0, 0, 0, 0);

        double At(double share) => late[Math.Min(late.Length - 1, (int)(share * late.Length))];
        return new Arrivals(
            all.Length, unique, late.Count(l => l < 0),
            At(0.5), At(0.9), At(0.99), At(0.999), late[^1], all.Select(a => a.AtMs).DefaultIfEmpty().Max());
    }

    /// <summary>The lateness of each account.</summary>
    public static Dictionary<string, Arrivals> ByAccount(IEnumerable<Arrived> all) =>
        all.GroupBy(a => a.Account).ToDictionary(own => own.Key, own => Of([.. own]));
}
