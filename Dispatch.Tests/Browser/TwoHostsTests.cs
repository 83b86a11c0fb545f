using Dispatch.Settings;
using Dispatch.Tests.Browser.Infrastructure;
using Dispatch.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Dispatch.Tests.Browser;

/// <summary>A page of one host, while another host on the same database does the work.</summary>
public sealed class TwoHostsTests(Chromium chromium)
{
    public static MatrixTheoryData<string, bool> Modes => new(["Server", "WebAssembly"], [false, true]);

    [Theory, MemberData(nameof(Modes))]
    public async Task A_lamp_follows_what_another_host_delivers_without_a_reload(string mode, bool withRedis)
    {
        await using var redis = withRedis ? await RedisServer.StartAsync() : null;
        string[] settings =
        [
            $"--Dashboard:RenderMode={mode}",
            .. redis is null ? [] : (string[])[$"--Redis:Configuration={redis.Configuration}"],
        ];
        await using var hosts = await HostPair.StartAsync(DatabaseProvider.Postgres, settings);
        await using var receiver = await Receiver.StartAsync();
        await using var window = await chromium.OpenAsync(hosts.A.Url);
        using var user = await ApiUser.SignUpAsync(hosts.A.Url);
        await window.SignInAsync(user.Email, user.Password);
        await DashboardRig.GotoAsync(window.Page, hosts.B.Url + "/jobs");   // the cookie of host A opens it
        await window.Page.EvaluateAsync("globalThis.sameDocument = true");

        var jobId = await user.ScheduleAsync(receiver.Url, DateTimeOffset.UtcNow.AddSeconds(4));
        var lamp = $"[data-job='{jobId}']";
        await Assertions.Expect(window.Page.Locator(lamp)).ToBeVisibleAsync(new() { Timeout = 3000 });
        await window.Page.NoteAsync(lamp);
        var seen = await window.Page.NotedUntilAsync("SUCCESS");

        Assert.Equal("SCHEDULED", seen[0]);
        if (withRedis) Assert.Equal(["SCHEDULED", "FIRING", "SUCCESS"], seen);   // the stamp may step over what lasts 100 ms
        Assert.True(await window.Page.EvaluateAsync<bool>("globalThis.sameDocument === true"), "the page was loaded again");
        window.AssertNoComplaints();
    }
}
