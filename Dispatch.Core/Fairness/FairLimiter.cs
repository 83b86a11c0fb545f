namespace Dispatch.Fairness;

/// <summary>
/// Limits what is inside it in total, per account, and within an account per destination and per project, so that nobody's hanging
/// receiver or flood stops anybody else. Work takes all its room at once or waits with none.
/// </summary>
/// <remarks>
/// - <b>Among accounts:</b> an account may hold at most as much as is free. So one greedy account gets half, two get a third each, and
///   something is always left for whoever comes next. The account that holds the least is admitted first.
/// - <b>Within an account:</b> work waits in the lane of its project and destination, first come, first served. A waiting lane is either
///   ready (only the account's share can stop it) or parked at the full count that stops it. Ready lanes take turns. A count that gets
///   room wakes one lane, and each lane that leaves the ready list wakes the next if there is still room.
///
/// So no release searches through blocked lanes: entering and leaving cost the same with one waiter as with 10,000.
/// </remarks>
internal sealed class FairLimiter(FairLimits limits)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, AccountShare> accounts = [];

    // The accounts with a ready lane, the one that holds the least first; none of them has room.
    private readonly SortedSet<AccountShare> stopped = new(AccountShare.LeastFirst);
    private int taken;
    private int waiting;
    private long turns;

    /// <summary>What holds a permit, in places or bytes.</summary>
    public int Taken => Volatile.Read(ref taken);

    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Accounts, projects, destinations and lanes in memory; 0 if nothing is inside or waits.</summary>
    public int Tracked
    {
        get { lock (gate) return accounts.Values.Sum(account => 1 + account.Tracked); }
    }

    /// <summary>Waits for one place; returns at once if there is room.</summary>
    public ValueTask<Permit> EnterAsync(Share share, CancellationToken cancellation) => EnterAsync(share, 1, cancellation);

    /// <summary>Waits for so many places or bytes. More than the limit counts as the limit, so that it is admitted alone.</summary>
    public ValueTask<Permit> EnterAsync(Share share, int size, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return ValueTask.FromCanceled<Permit>(cancellation);
        size = Math.Min(size, limits.Total);
        lock (gate)
        {
            if (!accounts.TryGetValue(share.AccountId, out var account)) accounts.Add(share.AccountId, account = new(limits));
            var (project, target) = (account.Project(share.ProjectId), account.Destination(share.Destination));
            // This overtakes nobody: an account with room has no ready lane.
            if (account.Ready.Count == 0 && HasRoom(account, size) && project.HasRoomFor(size) && target.HasRoomFor(size))
                return ValueTask.FromResult(Take(share, size, account, project, target));

            var waiter = new Waiter(account.LaneOf(share, project, target), size);
            waiter.Lane.Waiters.AddLast(waiter.Node);
            if (waiter.Lane.Node.List is null) Queue(waiter.Lane);
            waiting++;
            AdmitReady();   // a smaller size may be what its account has room for
            if (!waiter.Task.IsCompleted)
                waiter.Cancellation = cancellation.UnsafeRegister((state, token) => Withdraw((Waiter)state!, token), waiter);
            return new(waiter.Task);
        }
    }

    /// <summary>Returns a permit and admits what has room now.</summary>
    internal void Leave(Share share, int size)
    {
        lock (gate)
        {
            var account = accounts[share.AccountId];
            var (project, target) = (account.Project(share.ProjectId), account.Destination(share.Destination));
            taken -= size;
            account.Used -= size;
            project.Used -= size;
            target.Used -= size;
            WakeNext(account, project);
            WakeNext(account, target);
            Reorder(account);
            AdmitReady();
            Forget(share, account);
        }
    }

    private bool HasRoom(AccountShare account, int size) =>
        size <= limits.Total - taken - account.Used && (account.Used == 0 || account.Used + size <= limits.PerAccount);

    private Permit Take(Share share, int size, AccountShare account, Count project, Count target)
    {
        taken += size;
        account.Used += size;
        project.Used += size;
        target.Used += size;
        return new(this, share, size);
    }

    private void AdmitReady()
    {
        while (stopped.Min is { } account && HasRoom(account, account.Ready.First!.Value.NextSize))
        {
            var lane = account.Ready.First.Value;
            account.Ready.RemoveFirst();
            if (lane.HasRoom) Admit(lane);
            if (lane.Waiters.Count == 0) account.Close(lane); else Queue(lane);
            WakeNext(account, lane.Project);
            WakeNext(account, lane.Target);
            Reorder(account);
        }
    }

    private void Admit(Lane lane)
    {
        var waiter = lane.Waiters.First!.Value;
        lane.Waiters.RemoveFirst();
        waiting--;
        waiter.Cancellation.Unregister();   // Dispose would deadlock: it waits for the callback, which waits for the gate
        waiter.SetResult(Take(lane.Share, waiter.Size, lane.Account, lane.Project, lane.Target));
    }

    /// <summary>Parks the lane at a full count, or behind lanes that are parked at one of its counts; otherwise it is ready.</summary>
    private void Queue(Lane lane)
    {
        var size = lane.NextSize;
        var list = lane switch
        {
            _ when !lane.Target.HasRoomFor(size) => lane.Target.Parked,
            _ when !lane.Project.HasRoomFor(size) => lane.Project.Parked,
            { Target.Parked.Count: > 0 } => lane.Target.Parked,
            { Project.Parked.Count: > 0 } => lane.Project.Parked,
            _ => lane.Account.Ready,
        };
        list.AddLast(lane.Node);
        if (list == lane.Account.Ready) Reorder(lane.Account);
    }

    private void WakeNext(AccountShare account, Count count)
    {
        if (count.Parked.First is not { } first || !count.HasRoomFor(first.Value.NextSize)) return;
        count.Parked.Remove(first);
        account.Ready.AddLast(first);
        Reorder(account);
    }

    /// <summary>The account's need has changed, or it has got its first ready lane, or lost its last.</summary>
    private void Reorder(AccountShare account)
    {
        if (account.IsStopped) stopped.Remove(account);
        account.IsStopped = account.Ready.Count > 0;
        if (!account.IsStopped) return;

        (account.Need, account.Turn) = (account.Used + account.Ready.First!.Value.NextSize, ++turns);
        stopped.Add(account);
    }

    private void Withdraw(Waiter waiter, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (waiter.Node.List is null) return;   // already admitted: its caller will return the permit

            var lane = waiter.Lane;
            var wasNext = lane.Waiters.First == waiter.Node;
            lane.Waiters.Remove(waiter.Node);
            waiting--;
            if (wasNext) NextHasChanged(lane);
        }

        waiter.SetCanceled(cancellation);
    }

    // The lane's next waiter may need less. If none is left, another lane may go instead, because this one may have been woken.
    private void NextHasChanged(Lane lane)
    {
        lane.Node.List!.Remove(lane.Node);
        if (lane.Waiters.Count == 0) lane.Account.Close(lane); else Queue(lane);
        WakeNext(lane.Account, lane.Project);
        WakeNext(lane.Account, lane.Target);
        Reorder(lane.Account);
        AdmitReady();
        Forget(lane.Share, lane.Account);
    }

    private void Forget(Share share, AccountShare account)
    {
        account.Forget(share);
        if (account.Tracked == 0) accounts.Remove(share.AccountId);
    }
}
