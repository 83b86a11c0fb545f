using Dispatch.Reading;
using Dispatch.Settings;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Reading;

/// <summary>Who may read at once, and who waits.</summary>
public sealed class ReadGateTests : IDisposable
{
    private static readonly Guid Greedy = Guid.CreateVersion7();
    private static readonly Guid Other = Guid.CreateVersion7();

    private readonly FakeTimeProvider clock = new();
    private readonly List<ReadGate> gates = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => gates.ForEach(gate => gate.Dispose());

    [Fact]
    public async Task One_account_leaves_room_for_another()
    {
        var gate = Gate(places: 2);
        using var first = await gate.EnterAsync(Greedy, ReadKind.List, Ct);
        var waiting = gate.EnterAsync(Greedy, ReadKind.List, Ct);
        Assert.False(waiting.IsCompleted);

        using var other = await gate.EnterAsync(Other, ReadKind.List, Ct).WaitAsync(TimeSpan.FromSeconds(5), Ct);

        Assert.NotNull(other);
        first!.EndRead();
        other.EndRead();
        using var second = await waiting;
        Assert.NotNull(second);
    }

    [Fact]
    public async Task Searches_that_wait_hold_no_place_of_other_reads()
    {
        var gate = Gate(places: 2 * (Environment.ProcessorCount + 1));
        var searches = Enumerable.Range(0, 100).Select(_ => gate.EnterAsync(Greedy, ReadKind.Search, Ct)).ToArray();
        Assert.InRange(searches.Count(search => search.IsCompleted), 1, Math.Max(1, Environment.ProcessorCount / 2));

        using var list = await gate.EnterAsync(Greedy, ReadKind.List, Ct).WaitAsync(TimeSpan.FromSeconds(5), Ct);

        Assert.NotNull(list);
        foreach (var search in searches) (await search)!.Dispose();   // each makes room for the next
    }

    [Fact]
    public async Task An_answer_that_is_not_taken_holds_its_memory_and_no_place()
    {
        var gate = Gate(places: 1_000, answerBytes: 8 * 1024 * 1024);
        var answers = new List<ReadTurn>();
        var next = gate.EnterAsync(Greedy, ReadKind.Inbox, Ct);
        for (; next.IsCompleted; next = gate.EnterAsync(Greedy, ReadKind.Inbox, Ct)) answers.Add((await next)!);
        foreach (var answer in answers) answer.EndRead();
        Assert.False(next.IsCompleted);
        Assert.InRange(answers.Count, 1, 2);   // half of the memory, which is two inboxes

        using var other = await gate.EnterAsync(Other, ReadKind.Inbox, Ct).WaitAsync(TimeSpan.FromSeconds(5), Ct);
        Assert.NotNull(other);
        other.Dispose();
        answers[0].Dispose();
        Assert.NotNull(await next);
    }

    [Fact]
    public async Task A_caller_that_goes_away_leaves_nothing()
    {
        var gate = Gate(places: 2);
        var first = await gate.EnterAsync(Greedy, ReadKind.List, Ct);
        using var gone = new CancellationTokenSource();
        var waiting = gate.EnterAsync(Greedy, ReadKind.List, gone.Token);
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        first!.Dispose();
        Assert.True(gate.IsEmpty);
    }

    [Fact]
    public async Task A_wait_ends_after_a_while()
    {
        var gate = Gate(places: 2);
        var first = await gate.EnterAsync(Greedy, ReadKind.Search, Ct);
        var waiting = gate.EnterAsync(Greedy, ReadKind.List, Ct);
        Assert.False(waiting.IsCompleted);

        clock.Advance(ReadGate.Patience);

        Assert.Null(await waiting.WaitAsync(TimeSpan.FromSeconds(5), Ct));
        first!.Dispose();
        Assert.True(gate.IsEmpty);
    }

    [Fact]
    public async Task Reads_of_SQLite_stay_on_threads_of_their_own()
    {
        using var turn = await Gate(places: 2, DatabaseProvider.Sqlite).EnterAsync(Greedy, ReadKind.List, Ct);
        var names = await turn!.RunAsync(async () =>
        {
            var before = Thread.CurrentThread.Name;
            await Task.Yield();
            return (before, Thread.CurrentThread.Name);
        });
        Assert.Equal(("Dispatch:Reader", "Dispatch:Reader"), names);
    }

    [Fact]
    public async Task A_read_that_fails_fails_for_its_caller()
    {
        using var turn = await Gate(places: 2, DatabaseProvider.Sqlite).EnterAsync(Greedy, ReadKind.List, Ct);
        await Assert.ThrowsAsync<InvalidOperationException>(() => turn!.RunAsync(() => throw new InvalidOperationException()));
    }

    private ReadGate Gate(int places, DatabaseProvider provider = DatabaseProvider.Postgres, int answerBytes = 64 * 1024 * 1024)
    {
        gates.Add(new ReadGate(
            new ReadingOptions { MaxConcurrency = places, MaxAnswerBytes = answerBytes },
            new DatabaseOptions { Provider = provider },
            new DeliveryOptions(),
            clock));
        return gates[^1];
    }
}
