using Dispatch.Writing;

namespace Dispatch.Tests.Writing;

public sealed class LockDelayTests
{
    /// <summary>A row that was locked for more than eleven seconds ended the process: 2 to the power of 46 is no time span.</summary>
    [Fact]
    public void A_write_looks_at_a_locked_row_again_however_long_the_lock_lasts()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(20), WriteQueue.LockDelay(isAwaited: false, tries: 1));
        Assert.Equal(TimeSpan.FromMilliseconds(80), WriteQueue.LockDelay(isAwaited: false, tries: 3));
        Assert.Equal(TimeSpan.FromMilliseconds(250), WriteQueue.LockDelay(isAwaited: false, tries: 5));
        Assert.Equal(TimeSpan.FromMilliseconds(250), WriteQueue.LockDelay(isAwaited: false, tries: 100_000));
        Assert.Equal(TimeSpan.FromMilliseconds(20), WriteQueue.LockDelay(isAwaited: true, tries: 100_000));
    }
}
