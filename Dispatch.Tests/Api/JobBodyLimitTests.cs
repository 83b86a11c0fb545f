using Dispatch.Fairness;
using Dispatch.Settings;
using Dispatch.Web.Api;
using Microsoft.AspNetCore.Http;

namespace Dispatch.Tests.Api;

public sealed class JobBodyLimitTests
{
    private const int Big = 256 * 1024;
    private const int Account = 64;   // big bodies of one account: half of 64 MB, each twice in memory

    private readonly JobBodyLimit limit = new(new JobRequestReader(new DeliveryOptions(), _ => null, TimeProvider.System));

    [Fact]
    public async Task An_account_that_sends_many_large_jobs_waits_and_is_then_refused_and_the_others_are_not()
    {
        var greedy = new Share(Guid.NewGuid(), Guid.NewGuid(), "");
        var held = new List<IDisposable?>();
        for (var i = 0; i < Account; i++) held.Add(await limit.ReserveAsync(Request(Big), greedy));
        Assert.DoesNotContain(null, held);

        var (next, refused) = (limit.ReserveAsync(Request(Big), greedy).AsTask(), limit.ReserveAsync(Request(null), greedy).AsTask());
        using (var other = await limit.ReserveAsync(Request(Big), new Share(Guid.NewGuid(), Guid.NewGuid(), ""))) Assert.NotNull(other);
        using (var small = await limit.ReserveAsync(Request(16 * 1024), greedy)) Assert.NotNull(small);
        using (var tooLong = await limit.ReserveAsync(Request(100_000_000), greedy)) Assert.NotNull(tooLong);   // 413 without being read
        Assert.False(next.IsCompleted);

        held[0]!.Dispose();
        Assert.NotNull(await next);   // in its turn
        Assert.Null(await refused);   // five seconds later
        Assert.Equal((503, "busy"), (JobBodyLimit.Busy.Status, JobBodyLimit.Busy.Error.Code));
    }

    private static HttpRequest Request(long? length) => new DefaultHttpContext { Request = { ContentLength = length } }.Request;
}
