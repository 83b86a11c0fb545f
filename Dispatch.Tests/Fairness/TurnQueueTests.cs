using Dispatch.Fairness;

namespace Dispatch.Tests.Fairness;

public sealed class TurnQueueTests
{
    private static readonly Guid Flooder = Guid.NewGuid();
    private static readonly Guid Other = Guid.NewGuid();

    [Fact]
    public void Accounts_take_turns_and_within_one_its_projects()
    {
        var (busy, quiet, others) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var queue = new TurnQueue<string>();
        foreach (var n in (int[])[1, 2, 3, 4]) queue.Add(Flooder, busy, $"busy {n}");
        queue.Add(Flooder, quiet, "quiet 1");
        foreach (var n in (int[])[1, 2]) queue.Add(Other, others, $"other {n}");

        Assert.Equal(["busy 1", "other 1", "quiet 1", "other 2", "busy 2", "busy 3", "busy 4"], TakeAll(queue));
        Assert.Equal(0, queue.Count);
        Assert.False(queue.TryTake(out _));
    }

    [Fact]
    public void Who_comes_back_after_it_was_empty_waits_for_its_turn_like_the_others()
    {
        var project = Guid.NewGuid();
        var queue = new TurnQueue<int>();
        queue.Add(Flooder, project, 1);
        Assert.True(queue.TryTake(out var first));
        Assert.Equal(1, first);
        queue.Add(Other, project, 2);
        queue.Add(Flooder, project, 3);
        queue.Add(Flooder, project, 4);
        queue.Add(Other, project, 5);
        Assert.Equal([2, 3, 5, 4], TakeAll(queue));
    }

    private static List<T> TakeAll<T>(TurnQueue<T> queue)
    {
        var taken = new List<T>();
        while (queue.TryTake(out var item)) taken.Add(item);
        return taken;
    }
}
