namespace Dispatch.Fairness;

/// <summary>
/// Admits deliveries, to be claimed or to the wire: so many over all, per destination and per project, so that one hanging receiver or one busy
/// project cannot hold everyone up. A delivery gets its three counts at once or waits with none, in a lane of its project and destination:
/// first in, first out within a lane, the lanes in turn.
/// </summary>
/// <remarks>
/// A waiting lane is either ready (only the global count can be in its way) or parked at the full count that stopped it. A count that gets
/// room wakes one lane; each lane that leaves the ready ring wakes the next where there is room still. So no release ever searches through
/// lanes that cannot go: entering and leaving cost the same with one waiter or with 10,000.
/// </remarks>
internal sealed class FairLimiter(FairLimits limits)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Count> projects = [];
    private readonly Dictionary<string, Count> destinations = [];
    private readonly Dictionary<(Guid Project, string Destination), Lane> lanes = [];
    private readonly LinkedList<Lane> ready = [];
    private int taken;
    private int waiting;

    /// <summary>Deliveries inside.</summary>
    public int Taken => Volatile.Read(ref taken);

    /// <summary>Deliveries that wait for a place.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Projects, destinations and lanes that are kept track of: none when nothing is inside and nothing waits.</summary>
    public int Tracked
    {
        get { lock (gate) return projects.Count + destinations.Count + lanes.Count; }
    }

    /// <summary>Waits for a place; at once where there is room.</summary>
    /// <param name="destination">Host and port of the receiver, <c>host:port</c>.</param>
    public ValueTask<Permit> EnterAsync(Guid projectId, string destination, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return ValueTask.FromCanceled<Permit>(cancellation);
        lock (gate)
        {
            var project = CountOf(projects, projectId, limits.PerProject);
            var target = CountOf(destinations, destination, limits.PerDestination);
            // No one is overtaken: while there is room everywhere, every lane that waits is parked at a count that is full.
            if (taken < limits.Total && project.HasRoom && target.HasRoom) return ValueTask.FromResult(Take(projectId, destination, project, target));

            var waiter = new Waiter(LaneOf(projectId, destination, project, target));
            waiter.Lane.Waiters.AddLast(waiter.Node);
            waiting++;
            waiter.Cancellation = cancellation.UnsafeRegister((state, token) => Withdraw((Waiter)state!, token), waiter);
            return new(waiter.Task);
        }
    }

    /// <summary>Gives a place back and lets the next in.</summary>
    internal void Leave(Guid projectId, string destination)
    {
        lock (gate)
        {
            taken--;
            var project = projects[projectId];
            var target = destinations[destination];
            project.Used--;
            target.Used--;
            WakeNext(project);
            WakeNext(target);
            AdmitReady();
            Forget(projectId, destination, project, target);
        }
    }

    private static Count CountOf<TKey>(Dictionary<TKey, Count> counts, TKey key, int limit) where TKey : notnull
    {
        if (!counts.TryGetValue(key, out var count)) counts.Add(key, count = new(limit));
        return count;
    }

    private Lane LaneOf(Guid projectId, string destination, Count project, Count target)
    {
        if (lanes.TryGetValue((projectId, destination), out var lane)) return lane;

        lanes.Add((projectId, destination), lane = new(projectId, destination, project, target));
        project.Lanes++;
        target.Lanes++;
        Queue(lane);
        return lane;
    }

    private Permit Take(Guid projectId, string destination, Count project, Count target)
    {
        taken++;
        project.Used++;
        target.Used++;
        return new(this, projectId, destination);
    }

    private void AdmitReady()
    {
        while (taken < limits.Total && ready.First is { } first)
        {
            var lane = first.Value;
            ready.Remove(first);
            if (lane.HasRoom) Admit(lane);
            if (lane.Waiters.Count == 0) Close(lane); else Queue(lane);
            WakeNext(lane.Project);
            WakeNext(lane.Target);
        }
    }

    private void Admit(Lane lane)
    {
        var waiter = lane.Waiters.First!.Value;
        lane.Waiters.RemoveFirst();
        waiting--;
        waiter.Cancellation.Unregister();   // not Dispose, which would wait for a callback that waits for the gate
        waiter.SetResult(Take(lane.ProjectId, lane.Destination, lane.Project, lane.Target));
    }

    /// <summary>Puts the lane where it has to wait: at a full count, or else behind the lanes that still wait for one, or else ready.</summary>
    private void Queue(Lane lane) => (lane switch
    {
        { Target.HasRoom: false } => lane.Target.Parked,
        { Project.HasRoom: false } => lane.Project.Parked,
        { Target.Parked.Count: > 0 } => lane.Target.Parked,
        { Project.Parked.Count: > 0 } => lane.Project.Parked,
        _ => ready,
    }).AddLast(lane.Node);

    private void WakeNext(Count count)
    {
        if (!count.HasRoom || count.Parked.First is not { } first) return;
        count.Parked.Remove(first);
        ready.AddLast(first);
    }

    private void Withdraw(Waiter waiter, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (waiter.Node.List is null) return;   // it has its place already, and its caller will give it back

            var lane = waiter.Lane;
            lane.Waiters.Remove(waiter.Node);
            waiting--;
            if (lane.Waiters.Count == 0)
            {
                lane.Node.List!.Remove(lane.Node);
                Close(lane);
                WakeNext(lane.Project);   // it may have been the one that was woken
                WakeNext(lane.Target);
                AdmitReady();
                Forget(lane.ProjectId, lane.Destination, lane.Project, lane.Target);
            }
        }

        waiter.SetCanceled(cancellation);
    }

    private void Close(Lane lane)
    {
        lanes.Remove((lane.ProjectId, lane.Destination));
        lane.Project.Lanes--;
        lane.Target.Lanes--;
    }

    private void Forget(Guid projectId, string destination, Count project, Count target)
    {
        if (project.IsIdle) projects.Remove(projectId);
        if (target.IsIdle) destinations.Remove(destination);
    }

    /// <summary>What one project or one destination has inside, and the lanes it stops.</summary>
    private sealed class Count(int limit)
    {
        public int Used { get; set; }

        public int Lanes { get; set; }

        public LinkedList<Lane> Parked { get; } = [];

        public bool HasRoom => Used < limit;

        public bool IsIdle => Used == 0 && Lanes == 0;
    }

    private sealed class Lane
    {
        public Lane(Guid projectId, string destination, Count project, Count target) =>
            (ProjectId, Destination, Project, Target, Node) = (projectId, destination, project, target, new(this));

        public Guid ProjectId { get; }

        public string Destination { get; }

        public Count Project { get; }

        public Count Target { get; }

        public LinkedListNode<Lane> Node { get; }

        public LinkedList<Waiter> Waiters { get; } = [];

        public bool HasRoom => Project.HasRoom && Target.HasRoom;
    }

    private sealed class Waiter : TaskCompletionSource<Permit>
    {
        public Waiter(Lane lane) : base(TaskCreationOptions.RunContinuationsAsynchronously) => (Lane, Node) = (lane, new(this));

        public Lane Lane { get; }

        public LinkedListNode<Waiter> Node { get; }

        public CancellationTokenRegistration Cancellation { get; set; }
    }
}
