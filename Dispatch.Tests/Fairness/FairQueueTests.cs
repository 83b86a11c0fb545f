using Dispatch.Fairness;

namespace Dispatch.Tests.Fairness;

public sealed class FairQueueTests
{
    private static readonly Guid Greedy = Guid.CreateVersion7();
    private static readonly Guid Other = Guid.CreateVersion7();

    private readonly FairQueue<int> queue = new();

    [Fact]
    public void Accounts_take_turns_and_each_keeps_its_order()
    {
        for (var i = 1; i <= 4; i++) queue.Enqueue(Greedy, i);
        for (var i = 11; i <= 12; i++) queue.Enqueue(Other, i);

        Assert.Equal([1, 11, 2, 12, 3, 4], queue.DequeueAll());
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void An_account_that_comes_back_waits_for_one_item_of_the_other()
    {
        for (var i = 1; i <= 1_000; i++) queue.Enqueue(Greedy, i);
        Assert.True(queue.TryDequeue(out _));

        queue.Enqueue(Other, -1);

        Assert.True(queue.TryDequeue(out var next));
        Assert.Equal(2, next);
        Assert.True(queue.TryDequeue(out next));
        Assert.Equal(-1, next);
        Assert.Equal(998, queue.Count);
    }

    [Fact]
    public void An_empty_queue_gives_nothing()
    {
        Assert.False(queue.TryDequeue(out _));
        queue.Enqueue(Other, 1);
        Assert.Equal([1], queue.DequeueAll());
        Assert.False(queue.TryDequeue(out _));
    }
}
