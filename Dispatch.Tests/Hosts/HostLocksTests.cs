using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Hosts;

/// <summary>
/// What a host learns of another one of the same machine from its lock file, at its first look and with no lease to wait for.
/// </summary>
public sealed class HostLocksTests : IDisposable
{
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private readonly HostIdentity me = new();
    private readonly HostIdentity other = new();
    private readonly HostLocks its;
    private readonly LiveHosts liveHosts;

    public HostLocksTests()
    {
        its = new HostLocks(other, NullLogger<HostLocks>.Instance);
        liveHosts = new LiveHosts(me, clock);
    }

    public void Dispose()
    {
        its.Dispose();
        HostLocks.Remove(other.Id);
    }

    [Fact]
    public void A_host_that_has_its_lock_lives()
    {
        its.Take();
        Assert.Empty(Look());
        clock.Advance(Timing.HeartbeatInterval);
        Assert.Empty(Look());
    }

    [Fact]
    public void A_host_that_has_dropped_its_lock_is_dead_at_first_sight()
    {
        its.Take();
        its.Dispose();   // what the kernel does when a process ends
        Assert.Single(Look());
        Assert.Equal(Partition.Whole, liveHosts.Partition);
    }

    [Fact]
    public void A_host_that_drops_its_lock_is_dead_once_it_is_silent()
    {
        its.Take();
        Look();
        its.Dispose();
        clock.Advance(Timing.HeartbeatInterval);
        Assert.Empty(Look(at: clock.NowMs()));   // its last beat came after the look before
        clock.Advance(Timing.HeartbeatInterval);
        Assert.Single(Look(at: clock.NowMs() - 1000));
    }

    [Fact]
    public void A_file_that_is_missing_says_nothing() => Assert.Empty(Look());

    [Fact]
    public void Nor_does_one_that_only_bears_the_name_of_a_host_of_another_machine()
    {
        its.Take();
        its.Dispose();
        Assert.Empty(Look("another:1"));
    }

    [Fact]
    public void A_host_that_ends_in_order_leaves_no_file()
    {
        its.Take();
        its.Release();
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), $"*{other.Id}*"));
        Assert.Empty(Look());
    }

    [Fact]
    public void A_host_that_was_taken_for_dead_while_it_was_paused_lives_again()
    {
        its.Take();
        HostLocks.Remove(other.Id);   // whoever took its jobs over
        Assert.Empty(Look());
    }

    private IReadOnlyList<ObservedHost> Look(string? name = null, long? at = null) =>
        liveHosts.Look([new(me.Id, me.Name, clock.NowMs()), new(other.Id, name ?? other.Name, at ?? clock.NowMs())]);
}
