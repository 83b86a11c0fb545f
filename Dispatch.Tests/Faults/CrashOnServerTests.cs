using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>
/// A host on a database server that is killed and started again on its machine: it need not wait until its earlier life is taken for dead.
/// </summary>
public sealed class CrashOnServerTests
{
    [Theory, MemberData(nameof(HostPair.Providers), MemberType = typeof(HostPair))]
    public async Task What_a_killed_host_held_goes_on_as_soon_as_it_is_started_again(DatabaseProvider provider)
    {
        await using var cluster = await Cluster.StartAsync(hosts: 1, provider);
        cluster.Receiver.Answer = (_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var ledger = new Ledger();
        var onTheWire = await ledger.PostAsync(cluster.Users[0], cluster.Receiver.Url + "/", DateTimeOffset.UtcNow.AddMilliseconds(500));
        await cluster.PostAsync(ledger, host: 0, 50, _ => DateTimeOffset.UtcNow.AddSeconds(3));
        await cluster.Receiver.WaitForAsync(a => a.JobId == onTheWire);
        var dead = await cluster.IdOfAsync(0);
        await cluster.Hosts[0].KillAsync();
        Assert.Equal(51, (await cluster.HeldByAsync(dead)).Count);

        cluster.Receiver.Answer = (_, _) => Task.CompletedTask;
        await cluster.RestartAsync(0);
        await cluster.AllSucceedAsync(ledger, TimeSpan.FromSeconds(6));   // by the lease it would be 8 from here, and some for the rest

        var findings = ledger.Compare(cluster.Receiver);
        findings.AssertNoneLostOrEarly();
        Assert.Equal([onTheWire!.Value], findings.Twice.Keys);
        Assert.Equal([onTheWire.Value], await cluster.InterruptedAsync());
    }
}
