using Dispatch.Fairness;

namespace Dispatch.Tests.Fairness;

/// <summary>
/// The limiter against a plain model that searches through all waiters at each step: what may go in has gone in, and nothing else.
/// </summary>
public sealed class FairLimiterModelTests
{
    private static readonly Guid[] Accounts = [.. Enumerable.Range(0, 3).Select(_ => Guid.CreateVersion7())];
    private static readonly Guid[] Projects = [.. Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7())];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whoever_may_go_in_is_in_after_every_step(int seed)
    {
        var random = new Random(seed);
        var limits = new FairLimits(random.Next(1, 16), random.Next(1, 12), random.Next(1, 6), random.Next(1, 8));
        var gate = new FairLimiter(limits);
        var deliveries = new List<Delivery>();

        for (var step = 0; step < 1_500; step++)
        {
            Step(random, gate, deliveries, maxSize: 1);
            var (inside, waiting) = Look(gate, limits, deliveries);
            Assert.All(inside.CountBy(delivery => (delivery.Share.AccountId, delivery.Share.ProjectId)), count =>
                Assert.True(count.Value <= limits.PerProject));
            Assert.All(inside.CountBy(delivery => (delivery.Share.AccountId, delivery.Share.Destination)), count =>
                Assert.True(count.Value <= limits.PerDestination));
            Assert.DoesNotContain(waiting, delivery => MayGoIn(delivery.Share, limits, inside));
        }

        LeaveAll(gate, deliveries);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Work_of_different_sizes_keeps_the_limits_and_all_of_it_gets_in(int seed)
    {
        var random = new Random(seed);
        var limits = new FairLimits(random.Next(20, 60), random.Next(10, 40), random.Next(5, 20), random.Next(8, 30));
        var gate = new FairLimiter(limits);
        var deliveries = new List<Delivery>();

        for (var step = 0; step < 1_500; step++)
        {
            Step(random, gate, deliveries, maxSize: 8);
            Look(gate, limits, deliveries);
        }

        LeaveAll(gate, deliveries);
    }

    private static (List<Delivery> Inside, List<Delivery> Waiting) Look(FairLimiter gate, FairLimits limits, List<Delivery> deliveries)
    {
        deliveries.RemoveAll(delivery => delivery.Entering.IsCanceled);
        var inside = deliveries.Where(delivery => delivery.Entering.IsCompleted).ToList();
        var waiting = deliveries.Where(delivery => !delivery.Entering.IsCompleted).ToList();
        Assert.Equal((inside.Sum(delivery => delivery.Size), waiting.Count), (gate.Taken, gate.Waiting));
        Assert.True(gate.Taken <= limits.Total);
        return (inside, waiting);
    }

    private static bool MayGoIn(Share share, FairLimits limits, List<Delivery> inside)
    {
        var own = inside.Where(other => other.Share.AccountId == share.AccountId).ToList();
        return own.Count < limits.Total - inside.Count && own.Count < limits.PerAccount
            && own.Count(other => other.Share.ProjectId == share.ProjectId) < limits.PerProject
            && own.Count(other => other.Share.Destination == share.Destination) < limits.PerDestination;
    }

    private static void LeaveAll(FairLimiter gate, List<Delivery> deliveries)
    {
        while (deliveries.Find(delivery => delivery.Entering.IsCompleted) is { } delivery) Leave(deliveries, delivery);
        Assert.Empty(deliveries);
        Assert.Equal(0, gate.Tracked);
    }

    private static void Step(Random random, FairLimiter gate, List<Delivery> deliveries, int maxSize)
    {
        var any = deliveries.Count == 0 ? null : deliveries[random.Next(deliveries.Count)];
        switch (random.Next(5))
        {
            case 0 when any is { Entering.IsCompleted: true }:
            case 1 when any is { Entering.IsCompleted: true }:
                Leave(deliveries, any);
                break;
            case 2 when any is { Entering.IsCompleted: false }:
                any.Cancellation.Cancel();
                break;
            default:
                var account = random.Next(Accounts.Length);
                var project = Projects[random.Next(Projects.Length)];
                deliveries.Add(new(
                    gate, new Share(Accounts[account], project, $"host{random.Next(5)}:80"), random.Next(1, maxSize + 1)));
                break;
        }
    }

    private static void Leave(List<Delivery> deliveries, Delivery delivery)
    {
        delivery.Entering.Result.Dispose();
        deliveries.Remove(delivery);
    }

    private sealed class Delivery
    {
        public Delivery(FairLimiter gate, Share share, int size)
        {
            (Share, Size) = (share, size);
            Entering = gate.EnterAsync(share, size, Cancellation.Token).AsTask();
        }

        public Share Share { get; }

        public int Size { get; }

        public CancellationTokenSource Cancellation { get; } = new();

        public Task<Permit> Entering { get; }
    }
}
