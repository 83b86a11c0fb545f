using System.Collections.Concurrent;
using Dispatch.Fairness;

namespace Dispatch.Tests.Fairness;

public sealed class FairLimiterTests
{
    private const string Here = "here.example:443";
    private const string There = "there.example:443";

    private static readonly Guid Account = Guid.CreateVersion7();
    private static readonly Guid Another = Guid.CreateVersion7();
    private static readonly Guid One = Guid.CreateVersion7();
    private static readonly Guid Other = Guid.CreateVersion7();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Free_place_is_taken_at_once()
    {
        Assert.True(EnterAsync(Gate(), One, Here, Ct).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task No_more_than_the_global_limit_are_inside()
    {
        var gate = Gate(global: 3);
        var entering = Enumerable.Range(0, 5)
            .Select(i => gate.EnterAsync(new Share(Guid.CreateVersion7(), One, $"host{i}:80"), Ct).AsTask())
            .ToList();

        Assert.Equal([true, true, true, false, false], entering.Select(e => e.IsCompleted));

        (await entering[1]).Dispose();

        Assert.Equal([true, true, true, true, false], entering.Select(e => e.IsCompleted));
        Assert.Equal(3, gate.Taken);
    }

    [Fact]
    public void Hostages_at_one_destination_do_not_block_another()
    {
        var gate = Gate(perDestination: 2);
        var hostages = Enumerable.Range(0, 100).Select(_ => EnterAsync(gate, One, Here, Ct).AsTask()).ToList();

        Assert.Equal(2, hostages.Count(hostage => hostage.IsCompleted));
        Assert.True(EnterAsync(gate, One, There, Ct).AsTask().IsCompleted);
        Assert.True(EnterAsync(gate, Other, There, Ct).AsTask().IsCompleted);
        Assert.False(EnterAsync(gate, Other, Here, Ct).AsTask().IsCompleted);
    }

    [Fact]
    public void Busy_project_does_not_block_another()
    {
        var gate = Gate(perProject: 2);
        var busy = Enumerable.Range(0, 100).Select(i => EnterAsync(gate, One, $"host{i}:80", Ct).AsTask()).ToList();

        Assert.Equal(2, busy.Count(entering => entering.IsCompleted));
        Assert.True(EnterAsync(gate, Other, "host0:80", Ct).AsTask().IsCompleted);
    }

    [Fact]
    public async Task An_account_alone_gets_half_and_two_get_a_third_each()
    {
        var gate = Gate(global: 12);
        var first = Flood(gate, Account, 20);
        Assert.Equal(6, first.Count(e => e.IsCompleted));

        var second = Flood(gate, Another, 20);
        Assert.Equal(3, second.Count(e => e.IsCompleted));

        foreach (var entered in first.Where(e => e.IsCompleted).ToArray()) (await entered).Dispose();
        Assert.Equal((4, 4), (first.Count(e => e.IsCompleted) - 6, second.Count(e => e.IsCompleted)));
        Assert.True(gate.EnterAsync(new Share(Guid.CreateVersion7(), One, Here), Ct).AsTask().IsCompleted);
    }

    [Fact]
    public async Task The_account_that_holds_the_least_is_next()
    {
        var gate = Gate(global: 2);
        var flood = Flood(gate, Account, 10);
        var late = gate.EnterAsync(new Share(Another, Other, There), Ct).AsTask();
        var later = gate.EnterAsync(new Share(Guid.CreateVersion7(), Other, There), Ct).AsTask();
        Assert.Equal((1, true, false), (flood.Count(e => e.IsCompleted), late.IsCompleted, later.IsCompleted));

        (await flood[0]).Dispose();

        Assert.Equal((1, true), (flood.Count(e => e.IsCompleted), later.IsCompleted));
    }

    [Fact]
    public void Accounts_do_not_share_a_destination()
    {
        var gate = Gate(perDestination: 2);
        Flood(gate, Account, 10);

        Assert.True(gate.EnterAsync(new Share(Another, Other, Here), Ct).AsTask().IsCompleted);
    }

    [Fact]
    public void All_projects_and_destinations_of_an_account_share_its_limit()
    {
        var gate = Gate(perAccount: 5);
        var entering = Enumerable.Range(0, 10)
            .Select(i => gate.EnterAsync(new Share(Account, Guid.CreateVersion7(), $"host{i}:80"), Ct).AsTask())
            .ToList();

        Assert.Equal(5, entering.Count(e => e.IsCompleted));
    }

    [Fact]
    public async Task Bytes_are_shared_like_places()
    {
        var gate = new FairLimiter(new FairLimits(100));
        var big = gate.EnterAsync(Share.Of(Account), 40, Ct).AsTask();
        var next = gate.EnterAsync(Share.Of(Account), 40, Ct).AsTask();
        var small = gate.EnterAsync(Share.Of(Account), 1, Ct).AsTask();   // would fit, but does not overtake
        var others = gate.EnterAsync(Share.Of(Another), 40, Ct).AsTask();
        Assert.Equal([true, false, false, true], new[] { big, next, small, others }.Select(e => e.IsCompleted));

        (await big).Dispose();

        Assert.Equal([true, false], new[] { next, small }.Select(e => e.IsCompleted).Order().Reverse());
        Assert.Equal(80, gate.Taken);
    }

    [Fact]
    public async Task What_is_larger_than_the_limit_goes_alone()
    {
        var gate = new FairLimiter(new FairLimits(100));
        var small = gate.EnterAsync(Share.Of(Account), 1, Ct).AsTask();
        var huge = gate.EnterAsync(Share.Of(Another), 1_000, Ct).AsTask();
        Assert.False(huge.IsCompleted);

        (await small).Dispose();
        (await huge).Dispose();

        Assert.Equal((0, 0), (gate.Taken, gate.Tracked));
    }

    [Fact]
    public void Waiter_holds_nothing_that_others_could_use()
    {
        var gate = Gate(perDestination: 1, perProject: 1);
        var inside = EnterAsync(gate, One, Here, Ct).AsTask();
        var waiting = EnterAsync(gate, One, There, Ct).AsTask();   // its project is full; its destination is free and stays so

        Assert.False(waiting.IsCompleted);
        Assert.True(EnterAsync(gate, Other, There, Ct).AsTask().IsCompleted);
        Assert.True(inside.IsCompleted);
    }

    [Fact]
    public async Task Lane_is_first_in_first_out()
    {
        var gate = Gate(perDestination: 1);
        var entering = Enumerable.Range(0, 50).Select(_ => EnterAsync(gate, One, Here, Ct).AsTask()).ToList();

        for (var next = 0; next < entering.Count; next++)
        {
            Assert.Equal(next + 1, entering.Count(e => e.IsCompleted));
            Assert.True(entering[next].IsCompleted);
            (await entering[next]).Dispose();
        }
    }

    [Theory]
    [InlineData(1, 100, 100)]
    [InlineData(100, 1, 100)]
    public async Task Lanes_take_turns(int global, int perDestination, int perProject)
    {
        var gate = Gate(global, perDestination, perProject);
        var first = EnterAsync(gate, One, Here, Ct).AsTask();
        var many = Enumerable.Range(0, 10).Select(_ => EnterAsync(gate, One, Here, Ct).AsTask()).ToList();
        var few = Enumerable.Range(0, 3).Select(_ => EnterAsync(gate, Other, Here, Ct).AsTask()).ToList();
        var order = "";

        for (var inside = first; inside is not null; inside = Next())
        {
            (await inside).Dispose();
        }

        Assert.Equal("mfmfmfmmmmmmm", order);

        Task<Permit>? Next()
        {
            if (many.Find(e => e.IsCompleted) is { } one) return Entered(many, one, "m");
            return few.Find(e => e.IsCompleted) is { } other ? Entered(few, other, "f") : null;
        }

        Task<Permit> Entered(List<Task<Permit>> lane, Task<Permit> entered, string name)
        {
            lane.Remove(entered);
            order += name;
            return entered;
        }
    }

    [Fact]
    public async Task Cancelled_waiter_loses_no_place()
    {
        var gate = Gate(perDestination: 1);
        using var cancellation = new CancellationTokenSource();
        var inside = EnterAsync(gate, One, Here, Ct).AsTask();
        var cancelled = EnterAsync(gate, One, Here, cancellation.Token).AsTask();
        var patient = EnterAsync(gate, One, Here, Ct).AsTask();

        await cancellation.CancelAsync();
        (await inside).Dispose();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(cancellation.Token, exception.CancellationToken);
        (await patient).Dispose();
        Assert.Equal((0, 0, 0), (gate.Taken, gate.Waiting, gate.Tracked));
    }

    [Fact]
    public async Task Cancellation_after_admission_leaves_the_place_with_its_owner()
    {
        var gate = Gate(perDestination: 1);
        using var cancellation = new CancellationTokenSource();
        var inside = EnterAsync(gate, One, Here, Ct).AsTask();
        var admitted = EnterAsync(gate, One, Here, cancellation.Token).AsTask();

        (await inside).Dispose();
        await cancellation.CancelAsync();

        Assert.Equal(1, gate.Taken);
        (await admitted).Dispose();
        Assert.Equal(0, gate.Taken);
    }

    [Fact]
    public void Cancelled_token_enters_nothing()
    {
        var gate = Gate();

        Assert.True(EnterAsync(gate, One, Here, new CancellationToken(true)).AsTask().IsCanceled);
        Assert.Equal((0, 0), (gate.Taken, gate.Tracked));
    }

    [Fact]
    public async Task Place_given_back_twice_counts_once()
    {
        var gate = Gate(perDestination: 1);
        var inside = await EnterAsync(gate, One, Here, Ct);
        var next = EnterAsync(gate, One, Here, Ct).AsTask();
        var third = EnterAsync(gate, One, Here, Ct).AsTask();

        inside.Dispose();
        inside.Dispose();

        Assert.True(next.IsCompleted);
        Assert.False(third.IsCompleted);
        Assert.Equal(1, gate.Taken);
    }

    [Fact]
    public async Task Nothing_is_kept_of_destinations_that_are_through()
    {
        var gate = Gate();
        for (var i = 0; i < 1000; i++) (await EnterAsync(gate, Guid.CreateVersion7(), $"host{i}:80", Ct)).Dispose();

        Assert.Equal(0, gate.Tracked);
    }

    [Fact]
    public async Task Ten_thousand_waiters_in_one_lane_pass_one_by_one()
    {
        var gate = Gate(perDestination: 1);
        var inside = 0;
        var passed = new List<int>();
        var door = await EnterAsync(gate, One, Here, Ct);
        var waiters = Enumerable.Range(0, 10_000).Select(PassAsync).ToList();
        Assert.Equal(10_000, gate.Waiting);

        door.Dispose();
        await Task.WhenAll(waiters).WaitAsync(TimeSpan.FromSeconds(30), Ct);

        Assert.Equal(Enumerable.Range(0, 10_000), passed);
        Assert.Equal((0, 0, 0), (gate.Taken, gate.Waiting, gate.Tracked));

        async Task PassAsync(int number)
        {
            using var place = await EnterAsync(gate, One, Here, Ct);
            Assert.Equal(1, Interlocked.Increment(ref inside));
            passed.Add(number);   // safe: one at a time, which is what this proves
            Interlocked.Decrement(ref inside);
        }
    }

    [Fact]
    public async Task Limits_hold_and_no_place_is_lost_when_all_threads_enter_leave_and_cancel()
    {
        var gate = Gate(global: 6, perDestination: 3, perProject: 4);
        var ids = Enumerable.Range(0, 3).Select(_ => Guid.CreateVersion7()).ToList();
        var inside = new ConcurrentDictionary<(Guid Account, int Project), int>();
        int total = 0, worst = 0;

        await Task.WhenAll(Enumerable.Range(0, 64).Select(worker => Task.Run(() => WorkAsync(new Random(worker)), Ct)))
            .WaitAsync(TimeSpan.FromSeconds(60), Ct);

        Assert.Equal(0, worst);
        Assert.Equal((0, 0, 0), (gate.Taken, gate.Waiting, gate.Tracked));

        async Task WorkAsync(Random random)
        {
            for (var i = 0; i < 200; i++)
            {
                var (project, destination) = (random.Next(3), random.Next(3));
                using var cancellation = new CancellationTokenSource();
                var share = new Share(ids[random.Next(3)], ids[project], $"host{destination}:80");
                var entering = gate.EnterAsync(share, cancellation.Token).AsTask();
                if (random.Next(4) == 0) _ = cancellation.CancelAsync();
                try
                {
                    using var place = await entering;
                    if (Interlocked.Increment(ref total) > 6 | inside.AddOrUpdate((share.AccountId, project), 1, (_, n) => n + 1) > 4)
                        Interlocked.Increment(ref worst);
                    await Task.Yield();
                    inside.AddOrUpdate((share.AccountId, project), 0, (_, n) => n - 1);
                    Interlocked.Decrement(ref total);
                }
                catch (OperationCanceledException)
                {
                    // As asked.
                }
            }
        }
    }

    private static List<Task<Permit>> Flood(FairLimiter gate, Guid account, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => gate.EnterAsync(new Share(account, One, Here), Ct).AsTask())];

    internal static FairLimiter Gate(
        int global = 100_000, int perDestination = 100_000, int perProject = 100_000, int perAccount = 100_000) =>
        new(new FairLimits(global, perAccount, perDestination, perProject));

    private static ValueTask<Permit> EnterAsync(FairLimiter gate, Guid project, string destination, CancellationToken cancellation) =>
        gate.EnterAsync(new Share(Account, project, destination), cancellation);
}
