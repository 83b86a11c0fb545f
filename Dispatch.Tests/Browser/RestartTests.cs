using Dispatch.Tests.Browser.Infrastructure;
using Dispatch.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Dispatch.Tests.Browser;

/// <summary>The host is killed and started again under an open page.</summary>
public sealed class RestartTests(Chromium chromium)
{
    [Theory, MemberData(nameof(DashboardRig.Modes), MemberType = typeof(DashboardRig))]
    public async Task The_page_says_that_it_is_reconnecting_and_is_right_again_afterwards(string mode)
    {
        using var folder = new TemporaryFolder();
        await using var receiver = await Receiver.StartAsync();
        var first = await HostProcess.StartAsync(folder.Path, $"--Dashboard:RenderMode={mode}");
        await using var window = await chromium.OpenAsync(first.Url);
        using var user = await ApiUser.SignUpAsync(first.Url);
        await window.SignInAsync(user.Email, user.Password);
        await window.Page.GotoAsync("/jobs");
        await window.Page.LiveAsync();
        // Only now: signing in and loading the page may take longer than the job has.
        var jobId = await user.ScheduleAsync(receiver.Url, DateTimeOffset.UtcNow.AddSeconds(8));
        var lamp = window.Page.Locator($"[data-job='{jobId}'] .lamp");
        await Assertions.Expect(lamp).ToHaveAttributeAsync("data-status", "SCHEDULED");

        await first.KillAsync();
        await window.Page.Locator("html[data-connection=reconnecting]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await Assertions.Expect(window.Page.GetByText("Reconnecting", new() { Exact = true })).ToBeVisibleAsync();

        // On the same address, after the job was due: the page has missed every change of it.
        await using var second = await HostProcess.StartAsync(folder.Path, new Uri(first.Url).Port, $"--Dashboard:RenderMode={mode}");
        await first.DisposeAsync();
        await receiver.WaitForAsync(arrival => arrival.JobId == jobId, TimeSpan.FromSeconds(30));
        await window.Page.LiveAsync();
        await Assertions.Expect(lamp).ToHaveAttributeAsync("data-status", "SUCCESS", new() { Timeout = 30_000 });
        await Assertions.Expect(window.Page.GetByText("Live", new() { Exact = true })).ToBeVisibleAsync();
    }
}
