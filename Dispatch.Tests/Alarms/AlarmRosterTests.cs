using Dispatch.Alarms;
using Dispatch.Model;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Alarms;

public sealed class AlarmRosterTests
{
    private static readonly AlarmId First = new(Guid.CreateVersion7(), Attempt: 0, Generation: 0);
    private static readonly AlarmId Moved = First with { Generation = 1 };

    private readonly AlarmRoster roster = new(new FakeTimeProvider());

    [Fact]
    public void The_end_of_an_old_alarm_leaves_the_new_one()
    {
        roster.Add(First, AlarmKind.Upcoming);
        roster.Add(Moved, AlarmKind.Upcoming);

        roster.Remove(First);

        Assert.Equal((true, 1), (roster.Has(Moved), roster.Counted));
        roster.Remove(Moved);
        Assert.Equal((false, 0), (roster.Has(Moved), roster.Counted));
    }

    [Fact]
    public void An_old_alarm_does_not_take_the_place_of_a_new_one()
    {
        Assert.True(roster.Add(Moved, AlarmKind.Upcoming));

        Assert.False(roster.Add(First, AlarmKind.Overdue));
        Assert.False(roster.Add(First.AfterClaim, AlarmKind.Retry));   // as if its attempt had failed meanwhile

        Assert.Equal((true, 1, 0), (roster.Has(Moved), roster.Counted, roster.Overdue));
        Assert.True(roster.Add(Moved.AfterClaim, AlarmKind.Retry));
        Assert.Equal(0, roster.Counted);
    }

    [Fact]
    public async Task A_move_ends_the_task_of_the_alarm_that_rings()
    {
        using var rings = new CancellationTokenSource();
        var ended = new TaskCompletionSource();
        rings.Token.Register(ended.SetResult);
        roster.Add(First, AlarmKind.Upcoming);
        Assert.True(roster.Begin(First, rings));

        roster.Add(First, AlarmKind.Upcoming);   // doubled: it is the same alarm
        Assert.False(rings.IsCancellationRequested);
        roster.Add(Moved, AlarmKind.Upcoming);

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.False(roster.Begin(First, new CancellationTokenSource()));
    }

    [Fact]
    public void An_alarm_that_is_not_known_may_ring() => Assert.True(roster.Begin(First, new CancellationTokenSource()));

    [Fact]
    public void Removal_spares_alarms_of_a_later_move()
    {
        roster.Add(Moved, AlarmKind.Upcoming);

        roster.RemoveOlder(Moved.JobId, generation: 1);
        Assert.True(roster.Has(Moved));
        roster.RemoveOlder(Moved.JobId, generation: 2);
        Assert.False(roster.Has(Moved));
    }

    [Fact]
    public void Only_the_alarm_itself_was_set_recently()
    {
        roster.Add(Moved, AlarmKind.Overdue);

        Assert.Equal((true, false), (roster.WasSetRecently(Moved), roster.WasSetRecently(First)));
    }
}
