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
};
var chosen = args.Length == 0 ? scenarios.Keys.ToArray() : args;
if (chosen.FirstOrDefault(name => !scenarios.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"'{unknown}' is no scenario; there are {string.Join(", ", scenarios.Keys)}.");
    return 2;
}

Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, SQLite synchronous=FULL, default settings");
foreach (var name in chosen) await scenarios[name]();
return 0;
