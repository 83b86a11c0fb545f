using Dispatch.Delivery;

namespace Dispatch.Tests.Delivery;

/// <summary>Deliveries that are due at once begin a few at a time, and the accounts take turns.</summary>
public sealed class DeparturesTests
{
    private static readonly Guid Greedy = Guid.NewGuid();
    private static readonly Guid Other = Guid.NewGuid();

    private readonly Departures departures = new();

    [Fact]
    public void A_lone_one_begins_at_once() => Assert.True(departures.TurnAsync(Other).IsCompletedSuccessfully);

    [Fact]
    public async Task Behind_thousands_of_one_account_another_one_begins_next()
    {
        const int Jobs = 5_000;
        var begun = 0;
        var greedy = Enumerable.Range(0, Jobs).Select(_ => BeginAsync()).ToArray();
        var before = Volatile.Read(ref begun);
        await departures.TurnAsync(Other);
        var after = Volatile.Read(ref begun);
        await Task.WhenAll(greedy);

        Assert.Equal(Jobs, begun);
        // Some of the others begin on other threads meanwhile.
        Assert.True(after - before < Jobs / 10, $"{before} of {Jobs} had begun, and {after} when the other one did.");

        async Task BeginAsync()
        {
            await departures.TurnAsync(Greedy);
            Thread.SpinWait(2_000);   // what it takes to begin
            Interlocked.Increment(ref begun);
        }
    }

    [Fact]
    public async Task All_of_many_accounts_begin_each_in_its_order()
    {
        var accounts = Enumerable.Range(0, 20).Select(_ => Guid.NewGuid()).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 1_000; i++) await departures.TurnAsync(accounts[i % accounts.Length]);
        })));

        // When all have begun, one begins at once again, as soon as the pool has noticed.
        for (var until = DateTimeOffset.UtcNow.AddSeconds(10); !departures.TurnAsync(Other).IsCompletedSuccessfully; await Task.Yield())
            Assert.True(DateTimeOffset.UtcNow < until);
    }
}
