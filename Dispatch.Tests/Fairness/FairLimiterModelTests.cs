using Dispatch.Fairness;

namespace Dispatch.Tests.Fairness;

/// <summary>
/// The gate against a plain model that searches through all waiters at each step: what may go in has gone in, and nothing else.
/// </summary>
public sealed class FairLimiterModelTests
{
    private static readonly Guid[] Projects = [.. Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7())];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whoever_may_go_in_is_in_after_every_step(int seed)
    {
        var random = new Random(seed);
        var limits = (Global: random.Next(1, 12), Destination: random.Next(1, 6), Project: random.Next(1, 8));
        var gate = FairLimiterTests.Gate(limits.Global, limits.Destination, limits.Project);
        var deliveries = new List<Delivery>();

        for (var step = 0; step < 1_500; step++)
        {
            Step(random, gate, deliveries);
            deliveries.RemoveAll(delivery => delivery.Entering.IsCanceled);
            var inside = deliveries.Where(delivery => delivery.Entering.IsCompleted).ToList();
            var waiting = deliveries.Where(delivery => !delivery.Entering.IsCompleted).ToList();

            Assert.True(inside.Count <= limits.Global);
            Assert.All(inside.CountBy(delivery => delivery.Project), count => Assert.True(count.Value <= limits.Project));
            Assert.All(inside.CountBy(delivery => delivery.Destination), count => Assert.True(count.Value <= limits.Destination));
            Assert.DoesNotContain(waiting, delivery => inside.Count < limits.Global
                && inside.Count(other => other.Project == delivery.Project) < limits.Project
                && inside.Count(other => other.Destination == delivery.Destination) < limits.Destination);
            Assert.Equal((inside.Count, waiting.Count), (gate.Taken, gate.Waiting));
        }

        while (deliveries.Find(delivery => delivery.Entering.IsCompleted) is { } delivery) Leave(deliveries, delivery);
        Assert.Empty(deliveries);
        Assert.Equal(0, gate.Tracked);
    }

    private static void Step(Random random, FairLimiter gate, List<Delivery> deliveries)
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
                deliveries.Add(new(gate, Projects[random.Next(Projects.Length)], $"host{random.Next(5)}:80"));
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
        public Delivery(FairLimiter gate, Guid project, string destination)
        {
            (Project, Destination) = (project, destination);
            Entering = gate.EnterAsync(project, destination, Cancellation.Token).AsTask();
        }

        public Guid Project { get; }

        public string Destination { get; }

        public CancellationTokenSource Cancellation { get; } = new();

        public Task<Permit> Entering { get; }
    }
}
