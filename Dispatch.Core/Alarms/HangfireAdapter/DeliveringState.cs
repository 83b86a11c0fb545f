using Hangfire.Common;
using Hangfire.States;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>Hangfire's "Processing" state as its dashboard reads it. Only Hangfire can create its own class.</summary>
internal sealed class DeliveringState(string serverId) : IState
{
    private readonly DateTime startedAt = DateTime.UtcNow;

    public string Name => ProcessingState.StateName;

    public string? Reason => null;

    public bool IsFinal => false;

    public bool IgnoreJobLoadException => false;

    public Dictionary<string, string> SerializeData() => new()
    {
        ["StartedAt"] = JobHelper.SerializeDateTime(startedAt),
        ["ServerId"] = serverId,
        ["WorkerId"] = nameof(DeliveryWorker),
    };
}
