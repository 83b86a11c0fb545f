using Dispatch.Bench;
using Dispatch.Bench.Contestants;
using Dispatch.Bench.Report;
using Dispatch.Bench.Rows;
using Dispatch.Bench.Rows.Fairness;

switch (args)
{
    case ["receiver", var port, .. var silent]:
        await ReceiverProcess.RunAsync(int.Parse(port), [.. silent.Select(int.Parse)]);
        return 0;
    case ["endpoint", var port]:
        await EmptyEndpoint.RunAsync(int.Parse(port));
        return 0;
    case ["report"]:
        Markdown.Write(Measurements.Load());
        Chart.Write(Measurements.Load());
        return 0;
}

var scenarios = new Dictionary<string, Func<Task>>
{
    ["grid"] = GridScenario.RunAsync, ["hosts"] = HostsScenarios.SteadyAsync, ["takeover"] = HostsScenarios.TakeoverAsync
};
var rows = TableOfRows.All.Where(row => row.ReadOff is null).ToDictionary(row => row.Name);
var (names, runs, only, keeps) = (new List<string>(), 3, Array.Empty<string>(), true);
var isOursAlone = false;
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--runs" && i + 1 < args.Length && int.TryParse(args[i + 1], out var asked) && asked > 0) (runs, i) = (asked, i + 1);
    else if (args[i] == "--only" && i + 1 < args.Length) (only, i) = (args[i + 1].Split(','), i + 1);
    else if (args[i] == "--scratch") keeps = false;
    else if (args[i] == "--host" && i + 1 < args.Length && File.Exists(Path.Combine(args[i + 1], "Dispatch.Web.dll")))
    {
        (HostCommand.Published, keeps, i) = (Path.GetFullPath(args[i + 1]), false, i + 1);   // the results name this commit
    }
    else if (args[i] == "--jobs" && i + 1 < args.Length && int.TryParse(args[i + 1], out var jobs) && jobs > 0)
    {
        (AllAtOnce.Jobs, keeps, i) = (jobs, false, i + 1);   // the row's words say 100,000
    }
    else if (args[i] == "--memory" && i + 1 < args.Length && int.TryParse(args[i + 1], out var megabytes) && megabytes > 0)
    {
        (HostCommand.MemoryMb, keeps, i) = (megabytes, false, i + 1);   // the rows are measured without
    }
    else if (args[i] == "--hold" && i + 1 < args.Length && int.TryParse(args[i + 1], out var seconds) && seconds > 0)
    {
        (Locking.Hold, keeps, i) = (TimeSpan.FromSeconds(seconds), false, i + 1);   // the row's words say 60 s
    }
    else if (TableOfRows.Groups.TryGetValue(args[i], out var group))
    {
        names.AddRange(group.Select(row => row.Name));
        isOursAlone = true;   // what other schedulers make of `hostage` is measured under its own name
    }
    else names.Add(TableOfRows.All.FirstOrDefault(row => row.Name == args[i])?.ReadOff ?? args[i]);
}

if (names.FirstOrDefault(name => !rows.ContainsKey(name) && !scenarios.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine(
        $"'{unknown}' is none of the rows {string.Join(", ", TableOfRows.All.Select(row => row.Name))}, "
            + $"of the groups {string.Join(", ", TableOfRows.Groups.Keys)}, nor of the scenarios {string.Join(", ", scenarios.Keys)}. "
            + "Options: --runs N (3), --only CONTESTANT,…, --scratch (prints and keeps nothing), "
            + "--hold SECONDS (how long `locked` holds its row, 60; keeps nothing), "
            + "--jobs N (how many `all-at-once` has, 100,000; keeps nothing), "
            + "--memory MB (what the hosts may have, as root on Linux; keeps nothing), "
            + "--host FOLDER (a published host to measure instead of this one; keeps nothing).");
    return 2;
}

if (isOursAlone && only.Length == 0) only = ["dispatch-sqlite", "dispatch-postgres"];
foreach (var name in names.Where(scenarios.ContainsKey)) await scenarios[name]();
var chosen = rows.Values.Where(row => names.Count == 0 || names.Contains(row.Name)).ToArray();
if (chosen.Length > 0) await new TableRun(chosen, runs, only, keeps).MeasureAsync();
return 0;
