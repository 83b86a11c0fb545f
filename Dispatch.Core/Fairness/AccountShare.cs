namespace Dispatch.Fairness;

/// <summary>What one account holds of a <see cref="FairLimiter"/>, and what of it waits.</summary>
internal sealed class AccountShare(FairLimits limits)
{
    private readonly Dictionary<Guid, Count> projects = [];
    private readonly Dictionary<string, Count> destinations = [];
    private readonly Dictionary<(Guid ProjectId, string Destination), Lane> lanes = [];

    public static readonly IComparer<AccountShare> LeastFirst =
        Comparer<AccountShare>.Create((a, b) => a.Need != b.Need ? a.Need.CompareTo(b.Need) : a.Turn.CompareTo(b.Turn));

    public int Used { get; set; }

    /// <summary>The lanes that only the account's share can stop.</summary>
    public LinkedList<Lane> Ready { get; } = [];

    /// <summary>True while it stands among the accounts that wait for room, in the order of <see cref="Need"/>.</summary>
    public bool IsStopped { get; set; }

    /// <summary>What it would hold with its next waiter. Changes only while it is taken out of the order.</summary>
    public long Need { get; set; }

    /// <summary>Among accounts of the same need, the one that has waited the longest is first.</summary>
    public long Turn { get; set; }

    public int Tracked => projects.Count + destinations.Count + lanes.Count;

    public Count Project(Guid id)
    {
        if (!projects.TryGetValue(id, out var count)) projects.Add(id, count = new(limits.PerProject));
        return count;
    }

    public Count Destination(string name)
    {
        if (!destinations.TryGetValue(name, out var count)) destinations.Add(name, count = new(limits.PerDestination));
        return count;
    }

    public Lane LaneOf(Share share, Count project, Count target)
    {
        if (lanes.TryGetValue((share.ProjectId, share.Destination), out var lane)) return lane;

        lanes.Add((share.ProjectId, share.Destination), lane = new(share, this, project, target));
        project.Lanes++;
        target.Lanes++;
        return lane;
    }

    public void Close(Lane lane)
    {
        lanes.Remove((lane.Share.ProjectId, lane.Share.Destination));
        lane.Project.Lanes--;
        lane.Target.Lanes--;
    }

    public void Forget(Share share)
    {
        if (projects.TryGetValue(share.ProjectId, out var project) && project.IsIdle) projects.Remove(share.ProjectId);
        if (destinations.TryGetValue(share.Destination, out var target) && target.IsIdle) destinations.Remove(share.Destination);
    }
}

/// <summary>What is inside of one project or destination, and the lanes that it stops.</summary>
internal sealed class Count(int limit)
{
    public int Used { get; set; }

    public int Lanes { get; set; }

    public LinkedList<Lane> Parked { get; } = [];

    public bool IsIdle => Used == 0 && Lanes == 0;

    // More than the limit is admitted alone.
    public bool HasRoomFor(int size) => Used == 0 || Used + size <= limit;
}

/// <summary>The waiters of one project and destination.</summary>
internal sealed class Lane
{
    public Lane(Share share, AccountShare account, Count project, Count target) =>
        (Share, Account, Project, Target, Node) = (share, account, project, target, new(this));

    public Share Share { get; }

    public AccountShare Account { get; }

    public Count Project { get; }

    public Count Target { get; }

    /// <summary>Its entry in the list of ready lanes, or of those parked at a count.</summary>
    public LinkedListNode<Lane> Node { get; }

    public LinkedList<Waiter> Waiters { get; } = [];

    public int NextSize => Waiters.First!.Value.Size;

    public bool HasRoom => Project.HasRoomFor(NextSize) && Target.HasRoomFor(NextSize);
}

internal sealed class Waiter : TaskCompletionSource<Permit>
{
    public Waiter(Lane lane, int size) : base(TaskCreationOptions.RunContinuationsAsynchronously) =>
        (Lane, Size, Node) = (lane, size, new(this));

    public Lane Lane { get; }

    public int Size { get; }

    public LinkedListNode<Waiter> Node { get; }

    public CancellationTokenRegistration Cancellation { get; set; }
}
