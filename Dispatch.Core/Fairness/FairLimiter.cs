namespace Dispatch.Fairness;

/// <summary>
/// Limits the deliveries inside it in total, per destination and per project, so that one hanging receiver or one busy project cannot block
/// the others. A delivery takes all three counts at once or waits with none, in the lane of its project and destination. Within a lane the
/// first to come is the first to go; the lanes take turns.
/// </summary>
/// <remarks>
/// A waiting lane is either ready (only the total can stop it) or parked at the full count that stops it. A count that gets room wakes one
/// lane, and each lane that leaves the ready list wakes the next if there is still room. So no release searches through blocked lanes:
/// entering and leaving cost the same with one waiter as with 10,000.
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

    /// <summary>Deliveries that hold a permit.</summary>
    public int Taken => Volatile.Read(ref taken);

    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Projects, destinations and lanes in memory; 0 if no delivery is inside or waits.</summary>
    public int Tracked
    {
        get { lock (gate) return projects.Count + destinations.Count + lanes.Count; }
    }

    /// <summary>Waits for a permit; returns at once if there is room.</summary>
    /// <param name="destination">Host and port of the receiver, <c>host:port</c>.</param>
    public ValueTask<Permit> EnterAsync(Guid projectId, string destination, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return ValueTask.FromCanceled<Permit>(cancellation);
        lock (gate)
        {
            var project = CountOf(projects, projectId, limits.PerProject);
            var target = CountOf(destinations, destination, limits.PerDestination);
            // This overtakes nobody: while the total has room, every waiting lane is parked at a full count.
            if (taken < limits.Total && project.HasRoom && target.HasRoom)
                return ValueTask.FromResult(Take(projectId, destination, project, target));

            var waiter = new Waiter(LaneOf(projectId, destination, project, target));
            waiter.Lane.Waiters.AddLast(waiter.Node);
            waiting++;
            waiter.Cancellation = cancellation.UnsafeRegister((state, token) => Withdraw((Waiter)state!, token), waiter);
            return new(waiter.Task);
        }
    }

    /// <summary>Returns a permit and admits the next delivery.</summary>
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
        waiter.Cancellation.Unregister();   // Dispose would deadlock: it waits for the callback, which waits for the gate
        waiter.SetResult(Take(lane.ProjectId, lane.Destination, lane.Project, lane.Target));
    }

    /// <summary>Parks the lane at a full count, or behind lanes that are parked at one of its counts; otherwise it is ready.</summary>
    private void Queue(Lane lane)
    {
        var list = lane switch
        {
            { Target.HasRoom: false } => lane.Target.Parked,
            { Project.HasRoom: false } => lane.Project.Parked,
            { Target.Parked.Count: > 0 } => lane.Target.Parked,
            { Project.Parked.Count: > 0 } => lane.Project.Parked,
            _ => ready,
        };
        list.AddLast(lane.Node);
    }

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
            if (waiter.Node.List is null) return;   // already admitted: its caller will return the permit

            var lane = waiter.Lane;
            lane.Waiters.Remove(waiter.Node);
            waiting--;
            if (lane.Waiters.Count == 0)
            {
                lane.Node.List!.Remove(lane.Node);
                Close(lane);
                WakeNext(lane.Project);   // this lane may be the one that was woken
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

    /// <summary>The deliveries inside of one project or destination, and the lanes that it stops.</summary>
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
