using System.Net;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Alarms;

public sealed class HangfireDashboardTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Only_operators_reach_the_dashboard_behind_a_proxy_on_this_machine_too(bool behindProxy)
    {
        await using var own = await TestHost.StartAsync();
        var forwarded = behindProxy ? "127.0.0.1" : null;
        using var first = new PageClient(new Uri(own.Url), forwarded);
        using var second = new PageClient(new Uri(own.Url), forwarded);
        using var stranger = new PageClient(new Uri(own.Url), forwarded);
        using (await first.SubmitAsync("/register", "register", "operator@example.com", ApiClient.Password)) { }
        using (await second.SubmitAsync("/register", "register", "someone@example.com", ApiClient.Password)) { }

        foreach (var path in (string[])["/hangfire", "/hangfire/jobs/scheduled", "/hangfire/servers"])
        {
            using var redirected = await stranger.GetAsync(path);
            Assert.Equal(HttpStatusCode.Redirect, redirected.StatusCode);
            Assert.StartsWith("/login?", redirected.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
            using (var refused = await second.GetAsync(path)) Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            using (var shown = await first.GetAsync(path)) Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        }

        foreach (var command in (string[])["/hangfire/jobs/scheduled/enqueue", "/hangfire/jobs/scheduled/delete"])
        {
            using (var redirected = await stranger.PostAsync(command, new() { ["jobs[]"] = "1" }))
                Assert.Equal(HttpStatusCode.Redirect, redirected.StatusCode);
            using (var refused = await second.PostAsync(command, new() { ["jobs[]"] = "1" }))
                Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }
    }
}
