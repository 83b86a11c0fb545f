using System.Text.Json;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Jobs;

/// <summary>The ladder as it is shipped, at its full length: <c>./test.sh --long</c>.</summary>
public sealed class FullLadderTests
{
    [Fact(Explicit = true), Trait("Category", "Long")]
    public async Task The_default_ladder_waits_30_seconds_then_a_minute_and_ends_dead()
    {
        await using var host = await TestHost.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, context) =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        using var user = await ApiUser.SignUpAsync(host.Url);
        var id = await user.ScheduleSoonAsync(receiver.Url, 1000);

        var arrivals = await receiver.WaitForAsync(a => a.JobId == id, 3, TimeSpan.FromSeconds(110));
        var job = await user.JobWhenAsync(id, "DEAD");

        Assert.InRange((arrivals[1].At - arrivals[0].At).TotalSeconds, 30, 33);
        Assert.InRange((arrivals[2].At - arrivals[1].At).TotalSeconds, 60, 63);
        Assert.Equal(2, job.GetProperty("retryCount").GetInt32());
        Assert.Equal(JsonValueKind.Null, job.GetProperty("nextAttemptAt").ValueKind);
        Assert.Equal([3, 2, 1], job.GetProperty("logs").EnumerateArray().Select(l => l.GetProperty("attempt").GetInt32()));
    }
}
