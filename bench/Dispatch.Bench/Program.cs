using Dispatch.Bench;

if (args is ["receiver", var port])
{
    await ReceiverProcess.RunAsync(int.Parse(port));
    return 0;
}

var scenarios = new Dictionary<string, Func<Task>>
{
    ["spread"] = Scenarios.SpreadAsync,
    ["burst"] = Scenarios.BurstAsync,
    ["bare"] = Scenarios.BareAsync,
    ["lone"] = Scenarios.LoneAsync,
    ["accept"] = Scenarios.AcceptAsync,
    ["overdue"] = Scenarios.OverdueAsync,
    ["restart"] = Scenarios.RestartAsync,
    ["list"] = Scenarios.ListAsync,
    ["grid"] = Scenarios.GridAsync,
    ["pending"] = Scenarios.PendingAsync,
    ["hosts"] = HostsScenarios.SteadyAsync,
    ["takeover"] = HostsScenarios.TakeoverAsync,
};
string[] onPostgresOnly = ["hosts", "takeover"];
var chosen = args.Where(arg => arg != "--postgres").ToArray();
if (chosen.Length == 0) chosen = [.. scenarios.Keys];
if (chosen.FirstOrDefault(name => !scenarios.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"'{unknown}' is no scenario; there are {string.Join(", ", scenarios.Keys)}.");
    return 2;
}

foreach (var name in chosen)
{
    Rig.OnPostgres = args.Contains("--postgres") || onPostgresOnly.Contains(name);
    Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {(Rig.OnPostgres ? "PostgreSQL synchronous_commit=on" : "SQLite synchronous=FULL")}, default settings");
    await scenarios[name]();
}

return 0;
