using System.Net;
using System.Net.Sockets;
using Dispatch.Delivery.Names;
using Dispatch.Fairness;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Delivery;

/// <summary>Look-ups that are shared, given up, and shared out.</summary>
public sealed class NameLookupTests
{
    private static readonly Share Mine = new(Guid.CreateVersion7(), Guid.CreateVersion7(), "slow.example:443");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_systems_resolver_knows_localhost_and_holds_no_thread_of_the_pool()
    {
        var onPool = true;
        var resolver = new SystemResolver(host =>
        {
            onPool = Thread.CurrentThread.IsThreadPoolThread;
            return Dns.GetHostAddresses(host);
        });

        Assert.All(await resolver.ResolveAsync("localhost", Ct), address => Assert.True(IPAddress.IsLoopback(address)));
        Assert.False(onPool);
    }

    [Fact]
    public async Task Callers_that_ask_for_one_name_share_a_look_up_and_nothing_is_remembered()
    {
        await using var server = new NameServer(question =>
            question.Addresses("192.0.2.1") with { Delay = TimeSpan.FromMilliseconds(200) });
        var lookup = Lookup(server);

        var asked = Enumerable.Range(0, 100).Select(_ => lookup.ResolveAsync("slow.example", Mine, Ct)).ToList();
        Assert.All(await Task.WhenAll(asked), addresses => Assert.Equal([IPAddress.Parse("192.0.2.1")], addresses));
        Assert.Equal(2, server.Questions.Count);   // A and AAAA

        await lookup.ResolveAsync("slow.example", Mine, Ct);
        Assert.Equal(4, server.Questions.Count);
    }

    [Fact]
    public async Task Caller_who_gives_up_does_not_end_the_look_up_of_another()
    {
        using var gaveUp = new CancellationTokenSource();
        var answered = new TaskCompletionSource<IPAddress[]>();
        var lookup = new NameLookup((_, over) => answered.Task.WaitAsync(over), limit: 8);
        var impatient = lookup.ResolveAsync("slow.example", Mine, gaveUp.Token);
        var patient = lookup.ResolveAsync("slow.example", Mine, Ct);

        await gaveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.False(patient.IsCompleted);
        answered.SetResult([IPAddress.Loopback]);
        Assert.Equal([IPAddress.Loopback], await patient);
    }

    [Fact]
    public async Task Look_ups_that_were_given_up_hold_nothing()
    {
        await using var server = new NameServer(question => question.Name == "good.example" ? question.Addresses("192.0.2.1") : null);
        var lookup = Lookup(server);
        using var gaveUp = new CancellationTokenSource();
        var before = OpenSockets();

        // More than all that may be under way.
        var dead = Enumerable.Range(0, 1_500).Select(i => lookup.ResolveAsync($"dead{i}.example", Mine, gaveUp.Token)).ToList();
        Assert.Equal(1_500, lookup.Running);
        Assert.InRange(OpenSockets() - before, 300, 1_024);   // half of the limit is never one account's
        await gaveUp.CancelAsync();
        foreach (var one in dead) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);

        while (lookup.Running > 0) await Task.Delay(5, Ct);   // the sockets are closed a moment later
        Assert.InRange(OpenSockets() - before, -20, 20);      // other tests have some, too
        Assert.Equal([IPAddress.Parse("192.0.2.1")], await lookup.ResolveAsync("good.example", Mine, Ct));
    }

    [Fact]
    public async Task An_account_whose_names_are_dead_leaves_look_ups_for_the_others()
    {
        await using var server = new NameServer(question => question.Name == "good.example" ? question.Addresses("192.0.2.1") : null);
        var lookup = new NameLookup(new DnsResolver([server.EndPoint], TimeProvider.System).ResolveAsync, limit: 8);
        using var gaveUp = new CancellationTokenSource();
        var dead = Enumerable.Range(0, 100).Select(i => lookup.ResolveAsync($"dead{i}.example", Mine, gaveUp.Token)).ToList();
        Assert.Equal(100, lookup.Running);

        var good = lookup.ResolveAsync("good.example", Share.Of(Guid.CreateVersion7()), Ct);

        Assert.Equal([IPAddress.Parse("192.0.2.1")], await good.WaitAsync(TimeSpan.FromSeconds(1), Ct));
        Assert.Equal(100, lookup.Running);
        await gaveUp.CancelAsync();
        await Task.WhenAll(dead).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task A_name_that_one_account_waits_for_in_vain_does_not_hold_another_accounts_look_up_of_it()
    {
        var lookup = new NameLookup(
            (host, over) => host == "dead.example" ? Task.Delay(Timeout.Infinite, over).ContinueWith<IPAddress[]>(_ => [], over)
                : Task.FromResult<IPAddress[]>([IPAddress.Loopback]),
            limit: 2);
        using var gaveUp = new CancellationTokenSource();
        var dead = lookup.ResolveAsync("dead.example", Mine, gaveUp.Token);
        var queued = lookup.ResolveAsync("shared.example", Mine, gaveUp.Token);   // behind the dead name, which takes the whole share

        Assert.Equal([IPAddress.Loopback], await lookup.ResolveAsync("shared.example", Share.Of(Guid.CreateVersion7()), Ct));

        Assert.False(queued.IsCompleted);
        await gaveUp.CancelAsync();
        await Task.WhenAll(dead, queued).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task Failure_is_not_remembered()
    {
        var calls = 0;
        var lookup = new NameLookup(
            (_, _) => Interlocked.Increment(ref calls) == 1
                ? Task.FromException<IPAddress[]>(new SocketException((int)SocketError.TryAgain))
                : Task.FromResult<IPAddress[]>([IPAddress.Loopback]),
            limit: 8);

        await Assert.ThrowsAsync<SocketException>(() => lookup.ResolveAsync("shaky.example", Mine, Ct));

        Assert.Equal([IPAddress.Loopback], await lookup.ResolveAsync("shaky.example", Mine, Ct));
    }

    private static NameLookup Lookup(NameServer server) =>
        new(new DeliveryOptions { NameServers = [server.EndPoint] }, TimeProvider.System);

    private static int OpenSockets() => Directory.GetFiles("/proc/self/fd").Length;
}
