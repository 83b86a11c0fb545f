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
        const int MayBeginBefore = 50;
        using var allWait = new ManualResetEventSlim();
        using var otherHasBegun = new ManualResetEventSlim();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var begun = 0;
        var greedy = Enumerable.Range(0, Jobs).Select(_ => BeginAsync()).ToArray();
        var other = BeginOtherAsync();
        allWait.Set();
        await Task.WhenAll([other, .. greedy]);

        Assert.Equal(Jobs, begun);

        async Task BeginAsync()
        {
            var turn = departures.TurnAsync(Greedy);
            if (!turn.IsCompleted)
            {
                await turn.ConfigureAwait(false);   // begins on the thread that gives the turn
                allWait.Wait();
            }

            if (Interlocked.Increment(ref begun) > MayBeginBefore) otherHasBegun.Wait(patience.Token);
        }

        async Task BeginOtherAsync()
        {
            await departures.TurnAsync(Other).ConfigureAwait(false);
            otherHasBegun.Set();
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
