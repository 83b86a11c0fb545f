using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Time;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Hosts;

/// <summary>Who lives, and whose turn it is, as one host sees it from the table of hosts.</summary>
public sealed class LiveHostsTests
{
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private readonly HostIdentity me = new();
    private readonly ObservedHost other;
    private readonly LiveHosts liveHosts;

    public LiveHostsTests()
    {
        other = new ObservedHost(Guid.CreateVersion7(DateTimeOffset.UtcNow.AddDays(1)), "other:1", clock.NowMs());
        liveHosts = new LiveHosts(me, clock);
    }

    [Fact]
    public void A_silent_host_is_dead_after_eight_seconds_and_not_before()
    {
        Assert.Empty(Look(other));
        Beat(7, other);
        Assert.Equal(new Partition(0, 2), liveHosts.Partition);

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([other], Look(other));
        Assert.Equal(Partition.Whole, liveHosts.Partition);
    }

    [Fact]
    public void A_host_whose_clock_is_wrong_lives_as_long_as_its_row_changes()
    {
        for (var second = 0; second < 20; second++)
        {
            Assert.Empty(Look(other with { LastSeenAt = 1_000 + second }, first: second == 0));
            clock.Advance(Timing.HeartbeatInterval);
        }
    }

    [Fact]
    public void Silence_while_this_host_could_not_look_means_nothing()
    {
        Look(other);
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Empty(Look(other));
        Beat(7, other);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([other], Look(other));
    }

    [Fact]
    public void A_row_from_long_ago_is_of_a_dead_host_at_first_sight() =>
        Assert.Single(liveHosts.Look([Mine(), other with { LastSeenAt = clock.NowMs() - 31_000 }]));

    [Fact]
    public void Every_job_is_the_share_of_exactly_one_host()
    {
        Guid[] ids = [me.Id, .. Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7())];
        var shares = ids.Select(id => new Partition(Array.IndexOf([.. ids.Order()], id), ids.Length)).ToArray();
        liveHosts.Look([.. ids.Select(id => new ObservedHost(id, "", clock.NowMs()))]);
        Assert.Contains(liveHosts.Partition, shares);
        for (var createdAt = 0; createdAt < 100; createdAt++) Assert.Single(shares, share => share.Has(createdAt));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(12)]
    [InlineData(60)]
    [InlineData(1000)]
    public void Jobs_that_come_at_regular_times_are_shared_as_well(int everyMs)
    {
        for (var hosts = 2; hosts <= 5; hosts++)
        {
            foreach (var rank in Enumerable.Range(0, hosts))
            {
                var share = new Partition(rank, hosts);
                Assert.InRange(
                    Enumerable.Range(0, 1000).Count(job => share.Has(clock.NowMs() + (job * (long)everyMs))), 900 / hosts, 1100 / hosts);
            }
        }
    }

    [Fact]
    public void A_lease_that_was_not_renewed_in_time_is_lost_for_all_that_was_claimed_under_it()
    {
        var lease = new Lease(new DatabaseOptions { Provider = DatabaseProvider.Postgres }, clock);
        lease.Renew(clock.GetTimestamp());
        var claimed = lease.Term;
        clock.Advance(Timing.LeaseDuration - TimeSpan.FromMilliseconds(1));
        Assert.True(lease.IsHeldSince(claimed));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(lease.IsHeldSince(claimed));

        lease.Renew(clock.GetTimestamp());   // the pause is over, the host lives again: what it had claimed stays lost
        Assert.False(lease.IsHeldSince(claimed));
        Assert.True(lease.IsHeldSince(lease.Term));
    }

    [Fact]
    public void A_host_that_was_declared_dead_sends_nothing_it_had_claimed()
    {
        var lease = new Lease(new DatabaseOptions { Provider = DatabaseProvider.Postgres }, clock);
        var claimed = lease.Term;
        lease.Lose();
        Assert.False(lease.IsHeldSince(claimed));
    }

    [Fact]
    public void The_only_host_of_a_SQLite_file_has_no_lease_to_lose()
    {
        var lease = new Lease(new DatabaseOptions(), clock);
        var claimed = lease.Term;
        clock.Advance(TimeSpan.FromHours(1));
        Assert.True(lease.IsHeldSince(claimed));
    }

    private void Beat(int seconds, ObservedHost row)
    {
        for (var second = 0; second < seconds; second++)
        {
            clock.Advance(Timing.HeartbeatInterval);
            Assert.Empty(Look(row));
        }
    }

    private IReadOnlyList<ObservedHost> Look(ObservedHost row, bool first = false) =>
        liveHosts.Look([Mine(), first ? row with { LastSeenAt = clock.NowMs() } : row]);

    private ObservedHost Mine() => new(me.Id, "me:1", clock.NowMs());
}
