using Dispatch.Delivery;
using Dispatch.Delivery.Http;
using Dispatch.Fairness;

namespace Dispatch.Tests.Delivery;

public sealed class QuickFailureTests
{
    private static readonly Share Refusing = new(Guid.CreateVersion7(), Guid.CreateVersion7(), "refusing.example:443");

    private readonly QuickFailures failures = new();

    [Fact]
    public void A_destination_that_fails_at_once_takes_more_places_until_it_answers()
    {
        failures.Note(Refusing, Report(new DeliveryOutcome.Broken("refused", null, null), durationMs: 1));
        Assert.Equal(16, failures.SizeOf(Refusing));
        Assert.Equal(1, failures.SizeOf(Refusing with { AccountId = Guid.CreateVersion7() }));

        failures.Note(Refusing, Report(new DeliveryOutcome.Rejected(500, ""), durationMs: 1));
        Assert.Equal(1, failures.SizeOf(Refusing));
    }

    [Fact]
    public void A_failure_that_takes_its_time_takes_one_place()
    {
        failures.Note(Refusing, Report(new DeliveryOutcome.Broken("reset", null, null), durationMs: 200));

        Assert.Equal(1, failures.SizeOf(Refusing));
    }

    private static AttemptReport Report(DeliveryOutcome outcome, long durationMs) => new(outcome, 0, durationMs, 0);
}
