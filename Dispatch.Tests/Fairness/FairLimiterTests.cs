using Dispatch.Fairness;

namespace Dispatch.Tests.Fairness;

public sealed class FairLimiterTests
{
    private const string Here = "here.example:443";
    private const string There = "there.example:443";

    private static readonly Guid One = Guid.CreateVersion7();
    private static readonly Guid Other = Guid.CreateVersion7();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Free_place_is_taken_at_once()
    {
        Assert.True(Gate().EnterAsync(One, Here, Ct).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task No_more_than_the_global_limit_are_inside()
    {
        var gate = Gate(global: 3);
        var entering = Enumerable.Range(0, 5).Select(i => gate.EnterAsync(Guid.CreateVersion7(), $"host{i}:80", Ct).AsTask()).ToList();

        Assert.Equal([true, true, true, false, false], entering.Select(e => e.IsCompleted));

        (await entering[1]).Dispose();

        Assert.Equal([true, true, true, true, false], entering.Select(e => e.IsCompleted));
        Assert.Equal(3, gate.Taken);
    }

    [Fact]
    public void Hostages_at_one_destination_do_not_block_another()
    {
        var gate = Gate(perDestination: 2);
        var hostages = Enumerable.Range(0, 100).Select(_ => gate.EnterAsync(One, Here, Ct).AsTask()).ToList();

        Assert.Equal(2, hostages.Count(hostage => hostage.IsCompleted));
        Assert.True(gate.EnterAsync(One, There, Ct).AsTask().IsCompleted);
        Assert.True(gate.EnterAsync(Other, There, Ct).AsTask().IsCompleted);
        Assert.False(gate.EnterAsync(Other, Here, Ct).AsTask().IsCompleted);
    }

    [Fact]
    public void Busy_project_does_not_block_another()
    {
        var gate = Gate(perProject: 2);
        var busy = Enumerable.Range(0, 100).Select(i => gate.EnterAsync(One, $"host{i}:80", Ct).AsTask()).ToList();

        Assert.Equal(2, busy.Count(entering => entering.IsCompleted));
        Assert.True(gate.EnterAsync(Other, "host0:80", Ct).AsTask().IsCompleted);
    }

    [Fact]
    public void Waiter_holds_nothing_that_others_could_use()
    {
        var gate = Gate(perDestination: 1, perProject: 1);
        var inside = gate.EnterAsync(One, Here, Ct).AsTask();
        var waiting = gate.EnterAsync(One, There, Ct).AsTask();   // its project is full; its destination is free and stays so

        Assert.False(waiting.IsCompleted);
        Assert.True(gate.EnterAsync(Other, There, Ct).AsTask().IsCompleted);
        Assert.True(inside.IsCompleted);
    }

    [Fact]
    public async Task Lane_is_first_in_first_out()
    {
        var gate = Gate(perDestination: 1);
        var entering = Enumerable.Range(0, 50).Select(_ => gate.EnterAsync(One, Here, Ct).AsTask()).ToList();

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
        var first = gate.EnterAsync(One, Here, Ct).AsTask();
        var many = Enumerable.Range(0, 10).Select(_ => gate.EnterAsync(One, Here, Ct).AsTask()).ToList();
        var few = Enumerable.Range(0, 3).Select(_ => gate.EnterAsync(Other, Here, Ct).AsTask()).ToList();
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
        var inside = gate.EnterAsync(One, Here, Ct).AsTask();
        var cancelled = gate.EnterAsync(One, Here, cancellation.Token).AsTask();
        var patient = gate.EnterAsync(One, Here, Ct).AsTask();

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
        var inside = gate.EnterAsync(One, Here, Ct).AsTask();
        var admitted = gate.EnterAsync(One, Here, cancellation.Token).AsTask();

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

        Assert.True(gate.EnterAsync(One, Here, new CancellationToken(true)).AsTask().IsCanceled);
        Assert.Equal((0, 0), (gate.Taken, gate.Tracked));
    }

    [Fact]
    public async Task Place_given_back_twice_counts_once()
    {
        var gate = Gate(perDestination: 1);
        var inside = await gate.EnterAsync(One, Here, Ct);
        var next = gate.EnterAsync(One, Here, Ct).AsTask();
        var third = gate.EnterAsync(One, Here, Ct).AsTask();

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
        for (var i = 0; i < 1000; i++) (await gate.EnterAsync(Guid.CreateVersion7(), $"host{i}:80", Ct)).Dispose();

        Assert.Equal(0, gate.Tracked);
    }

    [Fact]
    public async Task Ten_thousand_waiters_in_one_lane_pass_one_by_one()
    {
        var gate = Gate(perDestination: 1);
        var inside = 0;
        var passed = new List<int>();
        var door = await gate.EnterAsync(One, Here, Ct);
        var waiters = Enumerable.Range(0, 10_000).Select(PassAsync).ToList();
        Assert.Equal(10_000, gate.Waiting);

        door.Dispose();
        await Task.WhenAll(waiters).WaitAsync(TimeSpan.FromSeconds(30), Ct);

        Assert.Equal(Enumerable.Range(0, 10_000), passed);
        Assert.Equal((0, 0, 0), (gate.Taken, gate.Waiting, gate.Tracked));

        async Task PassAsync(int number)
        {
            using var place = await gate.EnterAsync(One, Here, Ct);
            Assert.Equal(1, Interlocked.Increment(ref inside));
            passed.Add(number);   // safe: one at a time, which is what this proves
            Interlocked.Decrement(ref inside);
        }
    }

    [Fact]
    public async Task Limits_hold_and_no_place_is_lost_when_all_threads_enter_leave_and_cancel()
    {
        var gate = Gate(global: 6, perDestination: 3, perProject: 4);
        int[] projects = new int[3], destinations = new int[3];
        var ids = Enumerable.Range(0, 3).Select(_ => Guid.CreateVersion7()).ToList();
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
                var entering = gate.EnterAsync(ids[project], $"host{destination}:80", cancellation.Token).AsTask();
                if (random.Next(4) == 0) _ = cancellation.CancelAsync();
                try
                {
                    using var place = await entering;
                    if (Interlocked.Increment(ref total) > 6
                        | Interlocked.Increment(ref projects[project]) > 4
                        | Interlocked.Increment(ref destinations[destination]) > 3)
                    {
                        Interlocked.Increment(ref worst);
                    }

                    await Task.Yield();
                    Interlocked.Decrement(ref destinations[destination]);
                    Interlocked.Decrement(ref projects[project]);
                    Interlocked.Decrement(ref total);
                }
                catch (OperationCanceledException)
                {
                    // As asked.
                }
            }
        }
    }

    internal static FairLimiter Gate(int global = 100_000, int perDestination = 100_000, int perProject = 100_000) =>
        new(new FairLimits(global, perDestination, perProject));
}
