namespace Dispatch.Alarms;

/// <param name="Set">Alarms that are set, without retries.</param>
/// <param name="Overdue">Those of jobs that were overdue when they were armed.</param>
internal readonly record struct AlarmCount(int Set, int Overdue)
{
    public static AlarmCount operator +(AlarmCount a, AlarmCount b) => new(a.Set + b.Set, a.Overdue + b.Overdue);
}

/// <summary>Counts alarms in total, per account, and per project. Not safe for several threads.</summary>
internal sealed class AlarmCounts
{
    private readonly Dictionary<Guid, Account> accounts = [];

    public AlarmCount Total { get; private set; }

    public AlarmCount Of(Guid accountId) => accounts.TryGetValue(accountId, out var account) ? account.Count : default;

    public void Add(Guid accountId, Guid projectId, AlarmCount step)
    {
        if (!accounts.TryGetValue(accountId, out var account)) accounts.Add(accountId, account = new());
        Total += step;
        account.Count += step;
        var set = account.Projects.GetValueOrDefault(projectId) + step.Set;
        if (set > 0) account.Projects[projectId] = set;
        else account.Projects.Remove(projectId);
        if (account.Projects.Count == 0) accounts.Remove(accountId);
    }

    /// <summary>The projects of the accounts for which it is true.</summary>
    public IReadOnlyList<Guid> Crowded(Func<AlarmCount, bool> isCrowded) =>
        [.. accounts.Values.Where(account => isCrowded(account.Count)).SelectMany(account => account.Projects.Keys)];

    private sealed class Account
    {
        public AlarmCount Count { get; set; }

        public Dictionary<Guid, int> Projects { get; } = [];
    }
}
