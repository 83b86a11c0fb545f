using System.Text.Json;
using Dispatch.Bench.Contestants;
using Dispatch.Bench.Rows;

namespace Dispatch.Bench.Report;

/// <summary>One row, done once by one contestant or limit.</summary>
/// <param name="At">When it began, UTC.</param>
/// <param name="Commit">Of Dispatch.</param>
/// <param name="Error">Why there are no figures.</param>
internal sealed record Result(string Row, string Who, DateTimeOffset At, string Commit, Figures Figures, string? Error);

/// <summary>
/// All that was measured, in <c>bench/results.json</c>; written after each measurement, for a run takes hours and may be cut off.
/// </summary>
internal sealed class Measurements
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly List<Result> all = [];

    public static string File { get; } = Path.Combine(DispatchHosts.Top, "bench", "results.json");

    public Dictionary<string, string> Machine { get; private set; } = [];

    public static Measurements Load()
    {
        var results = new Measurements();
        if (!System.IO.File.Exists(File)) return results;

        var stored = JsonSerializer.Deserialize<Stored>(System.IO.File.ReadAllText(File), Options)!;
        results.all.AddRange(stored.Results);
        results.Machine = stored.Machine;
        return results;
    }

    /// <summary>What is to be measured anew.</summary>
    public void Forget(string row, string who) => all.RemoveAll(result => result.Row == row && result.Who == who);

    public void Add(Result result, Dictionary<string, string> machine)
    {
        all.Add(result);
        Machine = machine;
        System.IO.File.WriteAllText(File, JsonSerializer.Serialize(new Stored(Machine, Medians(), [.. all]), Options) + "\n");
    }

    /// <summary>Rows can be measured anew one by one, so there may be several.</summary>
    public IReadOnlyList<string> Commits => [.. all.OrderBy(result => result.At).Select(result => result.Commit).Distinct()];

    public IReadOnlyList<Result> Of(string row, string who) => [.. all.Where(result => result.Row == row && result.Who == who)];

    /// <summary>Of the runs that came to an end; empty where there is none.</summary>
    public Figures Median(string row, string who)
    {
        var runs = Of(row, who).Where(result => result.Error is null).ToArray();
        var medians = new Figures();
        foreach (var name in runs.SelectMany(run => run.Figures.Keys).Distinct())
        {
            var values = runs.Where(run => run.Figures.ContainsKey(name)).Select(run => run.Figures[name]).Order().ToArray();
            medians[name] = values.Length % 2 == 1
                ? values[values.Length / 2]
                : (values[(values.Length / 2) - 1] + values[values.Length / 2]) / 2;
        }

        return medians;
    }

    private Dictionary<string, Dictionary<string, Figures>> Medians() =>
        all.GroupBy(result => result.Row).ToDictionary(
            row => row.Key,
            row => row.Select(result => result.Who).Distinct().ToDictionary(who => who, who => Median(row.Key, who)));

    private sealed record Stored(
        Dictionary<string, string> Machine, Dictionary<string, Dictionary<string, Figures>> Medians, Result[] Results);
}
