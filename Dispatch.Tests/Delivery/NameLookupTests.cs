using System.Net;
using System.Net.Sockets;
using Dispatch.Delivery.Targets;

namespace Dispatch.Tests.Delivery;

public sealed class NameLookupTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task System_knows_localhost() =>
        Assert.All(await new NameLookup().ResolveAsync("localhost", Ct), address => Assert.True(IPAddress.IsLoopback(address)));

    [Fact]
    public async Task Slow_look_up_is_shared_and_holds_no_pool_thread()
    {
        using var answer = new ManualResetEventSlim();
        int calls = 0, onPool = 0;
        var lookup = new NameLookup(_ =>
        {
            Interlocked.Increment(ref calls);
            if (Thread.CurrentThread.IsThreadPoolThread) Interlocked.Increment(ref onPool);
            answer.Wait(Ct);
            return [IPAddress.Loopback];
        });

        var asked = Enumerable.Range(0, 100).Select(i => lookup.ResolveAsync(i % 2 == 0 ? "slow.example" : "SLOW.example", Ct)).ToList();
        answer.Set();

        Assert.All(await Task.WhenAll(asked), addresses => Assert.Equal([IPAddress.Loopback], addresses));
        Assert.Equal((1, 0), (calls, onPool));

        await lookup.ResolveAsync("slow.example", Ct);
        Assert.Equal(2, calls);   // nothing is remembered: the next connection asks again
    }

    [Fact]
    public async Task Caller_who_gives_up_does_not_wait_for_the_name_server()
    {
        using var answer = new ManualResetEventSlim();
        using var gaveUp = new CancellationTokenSource();
        var lookup = new NameLookup(_ =>
        {
            answer.Wait(Ct);
            return [IPAddress.Loopback];
        });
        var impatient = lookup.ResolveAsync("slow.example", gaveUp.Token);
        var patient = lookup.ResolveAsync("slow.example", Ct);

        await gaveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.False(patient.IsCompleted);
        answer.Set();
        Assert.Equal([IPAddress.Loopback], await patient);
    }

    [Fact]
    public async Task Failure_is_not_remembered()
    {
        var calls = 0;
        var lookup = new NameLookup(_ => Interlocked.Increment(ref calls) == 1
            ? throw new SocketException((int)SocketError.TryAgain)
            : [IPAddress.Loopback]);

        await Assert.ThrowsAsync<SocketException>(() => lookup.ResolveAsync("shaky.example", Ct));

        Assert.Equal([IPAddress.Loopback], await lookup.ResolveAsync("shaky.example", Ct));
    }
}
