using Dispatch.Alarms;
using Dispatch.Fairness;
using Dispatch.Model;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Alarms;

public sealed class AlarmRosterTests
{
    private static readonly Alarm First = New(Guid.CreateVersion7());
    private static readonly Alarm Moved = First with { Generation = 1 };
    private static readonly Alarm MovedRetry = Moved.ForRetry(1);

    private readonly FairLimiter places = new(new FairLimits(100));
    private readonly AlarmRoster roster = new(new FakeTimeProvider());

    [Fact]
    public void The_end_of_an_old_alarm_leaves_the_new_one()
    {
        roster.Add(First, AlarmKind.Upcoming);
        roster.Add(Moved, AlarmKind.Upcoming);

        roster.Remove(First.Id);

        Assert.Equal((true, 1), (roster.Has(Moved.Id), roster.Counted));
        roster.Remove(Moved.Id);
        Assert.Equal((false, 0), (roster.Has(Moved.Id), roster.Counted));
    }

    [Fact]
    public void An_old_alarm_does_not_take_the_place_of_a_new_one()
    {
        Assert.True(roster.Add(Moved, AlarmKind.Upcoming));

        Assert.False(roster.Add(First, AlarmKind.Overdue));
        Assert.False(roster.Add(First.ForRetry(1), AlarmKind.Retry));   // as if its attempt had failed meanwhile

        Assert.Equal((true, 1, 0), (roster.Has(Moved.Id), roster.Counted, roster.Overdue));
        Assert.True(roster.Add(MovedRetry, AlarmKind.Retry));
        Assert.Equal(0, roster.Counted);
    }

    [Fact]
    public async Task A_move_ends_the_task_of_the_alarm_that_rings()
    {
        using var rings = new CancellationTokenSource();
        var ended = new TaskCompletionSource();
        rings.Token.Register(ended.SetResult);
        roster.Add(First, AlarmKind.Upcoming);
        Assert.True(roster.Begin(First.Id, rings));

        roster.Add(First, AlarmKind.Upcoming);   // doubled: it is the same alarm
        Assert.False(rings.IsCancellationRequested);
        roster.Add(Moved, AlarmKind.Upcoming);

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.False(roster.Begin(First.Id, new CancellationTokenSource()));
    }

    [Fact]
    public void An_alarm_that_is_not_known_may_ring() => Assert.True(roster.Begin(First.Id, new CancellationTokenSource()));

    [Fact]
    public void Removal_spares_alarms_of_a_later_move()
    {
        roster.Add(Moved, AlarmKind.Upcoming);

        roster.RemoveOlder(Moved.JobId, generation: 1);
        Assert.True(roster.Has(Moved.Id));
        roster.RemoveOlder(Moved.JobId, generation: 2);
        Assert.False(roster.Has(Moved.Id));
    }

    [Fact]
    public async Task Only_the_alarm_itself_is_under_way()
    {
        roster.Add(Moved, AlarmKind.Overdue);
        Assert.True(roster.HandOver(Moved.Id, await PlaceAsync(), untilItRings: null));

        Assert.Equal((true, false), (roster.IsUnderWay(Moved.Id), roster.IsUnderWay(First.Id)));
    }

    [Fact]
    public async Task An_alarm_that_waits_for_its_turn_is_under_way_and_one_that_did_not_ring_is_lost()
    {
        roster.Add(First, AlarmKind.Upcoming);
        Assert.True(roster.IsUnderWay(First.Id));

        Assert.True(roster.HandOver(First.Id, await PlaceAsync(), untilItRings: null));

        Assert.False(roster.IsUnderWay(First.Id));
    }

    [Fact]
    public async Task The_place_in_Hangfire_is_free_again_once_the_alarm_is_gone()
    {
        roster.Add(First, AlarmKind.Upcoming);
        Assert.True(roster.HandOver(First.Id, await PlaceAsync(), untilItRings: null));
        Assert.Equal(1, places.Taken);

        roster.Add(Moved, AlarmKind.Upcoming);
        Assert.Equal(0, places.Taken);
        Assert.False(roster.HandOver(First.Id, await PlaceAsync(), untilItRings: null));
    }

    [Fact]
    public async Task The_place_among_those_that_ring_at_once_is_free_again_once_it_rings_or_is_gone()
    {
        roster.Add(First, AlarmKind.Overdue);
        Assert.True(roster.HandOver(First.Id, await PlaceAsync(), untilItRings: await PlaceAsync()));
        Assert.True(roster.Begin(First.Id, new CancellationTokenSource()));
        Assert.Equal(1, places.Taken);
        roster.Remove(First.Id);
        Assert.Equal(0, places.Taken);

        roster.Add(Moved, AlarmKind.Overdue);
        Assert.True(roster.HandOver(Moved.Id, await PlaceAsync(), untilItRings: await PlaceAsync()));
        roster.RemoveOlder(Moved.JobId, generation: 2);
        Assert.Equal(0, places.Taken);
    }

    [Fact]
    public void An_account_has_room_for_as_many_alarms_as_are_free()
    {
        var accounts = Enumerable.Range(0, 2).Select(_ => Guid.CreateVersion7()).ToList();
        for (var i = 0; i < 5; i++) roster.Add(New(accounts[0]), AlarmKind.Upcoming);

        Assert.Equal((false, true), (roster.HasRoom(accounts[0], 10), roster.HasRoom(accounts[1], 10)));
        Assert.Single(roster.Crowded(10));
        Assert.Empty(roster.Crowded(11));
        Assert.Empty(roster.Crowded(null));
    }

    private ValueTask<Permit> PlaceAsync() => places.EnterAsync(Share.Of(First.AccountId), TestContext.Current.CancellationToken);

    private static Alarm New(Guid accountId) => new(
        Guid.CreateVersion7(), accountId, ProjectId: accountId, "example.com:80", DueAt: 0, IsRetry: false, Attempt: 0, Generation: 0);
}
