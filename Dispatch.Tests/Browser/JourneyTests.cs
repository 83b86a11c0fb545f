using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dispatch.Tests.Browser.Infrastructure;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Microsoft.Playwright;

namespace Dispatch.Tests.Browser;

/// <summary>What a person does, in a real browser, in both render modes.</summary>
public sealed class JourneyTests(Chromium chromium)
{
    [Theory, MemberData(nameof(DashboardRig.Modes), MemberType = typeof(DashboardRig))]
    public async Task A_newcomer_registers_and_watches_a_webhook_of_their_own_fire(string mode)
    {
        await using var rig = await DashboardRig.StartAsync(chromium, mode);
        var page = rig.Page;
        await rig.Window.RegisterAsync();
        var projectId = await rig.CreateProjectAsync("Billing");
        var key = await rig.CreateKeyAsync(projectId, "production");
        Assert.Matches("^sk_[0-9a-f]{64}$", key);

        await rig.GotoAsync($"/projects/{projectId}");   // loaded again: the key is gone, its last four are there
        await Expect(page.GetByText($"sk_…{key[^4..]}")).ToBeVisibleAsync();
        Assert.DoesNotContain(key, await page.ContentAsync());

        await rig.GotoAsync($"/projects/{projectId}?tab=inbox");
        var inbox = await page.Locator("code").Filter(new() { HasText = "/in/" }).First.TextContentAsync();
        using var http = new HttpClient { BaseAddress = new Uri(rig.Host.Url), DefaultRequestHeaders = { { "x-api-key", key } } };
        using var scheduled = await http.PostAsJsonAsync("/api/v1/jobs", new
        {
            title = "Trial <b>expiry</b>",
            webhookUrl = inbox,
            fireAt = Clock.ToRfc3339(DateTimeOffset.UtcNow.AddSeconds(8).ToUnixTimeMilliseconds()),
            payload = new { plan = "pro" },
        }, TestContext.Current.CancellationToken);
        var jobId = (await scheduled.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("data").GetProperty("id").GetGuid();

        await rig.GotoAsync($"/jobs/{jobId}");
        await page.NoteAsync(".job-lamp");
        Assert.Equal(["SCHEDULED", "FIRING", "SUCCESS"], await page.NotedUntilAsync("SUCCESS"));
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("200");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Trial <b>expiry</b>" })).ToBeVisibleAsync();

        await rig.GotoAsync($"/projects/{projectId}?tab=inbox");
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("valid", new() { IgnoreCase = true });
        rig.Window.AssertNoComplaints();
    }

    [Theory, MemberData(nameof(DashboardRig.Modes), MemberType = typeof(DashboardRig))]
    public async Task A_failing_receiver_is_seen_to_fail_to_be_retried_and_to_be_given_up(string mode)
    {
        await using var rig = await DashboardRig.StartAsync(chromium, mode);
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, http) =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        using var user = await rig.SignInAsync();
        await rig.GotoAsync("/jobs");   // the first page with the runtime may take longer than the job has
        var jobId = await user.ScheduleAsync(receiver.Url, DateTimeOffset.UtcNow.AddSeconds(8));

        await rig.GotoAsync($"/jobs/{jobId}");
        await rig.Page.NoteAsync(".job-lamp");
        await rig.Page.NotedUntilAsync("FAILED");
        await Expect(rig.Page.Locator("local-time[mode=countdown]").First)
            .ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^00:0[0-6]$"));
        var seen = await rig.Page.NotedUntilAsync("DEAD", 40_000);
        Assert.Equal("SCHEDULED", seen[0]);
        Assert.Equal(2, seen.Count(status => status == "FAILED"));
        Assert.Equal(3, receiver.Arrivals.Count);
        rig.Window.AssertNoComplaints();
    }

    [Theory, MemberData(nameof(DashboardRig.Modes), MemberType = typeof(DashboardRig))]
    public async Task What_changed_before_the_page_came_alive_is_caught_up(string mode)
    {
        await using var rig = await DashboardRig.StartAsync(chromium, mode);
        await using var receiver = await Receiver.StartAsync();
        using var user = await rig.SignInAsync();
        var jobId = await user.ScheduleAsync(receiver.Url, DateTimeOffset.UtcNow.AddSeconds(3));

        // The page is rendered while the job waits; the script that brings it to life comes when the job is done.
        var delivered = user.JobWhenAsync(jobId, "SUCCESS");
        await rig.Page.RouteAsync("**/blazor.web*.js", async route =>
        {
            await delivered;
            await route.ContinueAsync();
        });
        await rig.GotoAsync($"/jobs/{jobId}");
        await Expect(rig.Page.Locator(".job-lamp .lamp")).ToHaveAttributeAsync("data-status", "SUCCESS");
        rig.Window.AssertNoComplaints();
    }

    [Theory, MemberData(nameof(DashboardRig.Modes), MemberType = typeof(DashboardRig))]
    public async Task A_job_is_scheduled_in_the_dialog_and_cancelled_in_the_grid(string mode)
    {
        await using var rig = await DashboardRig.StartAsync(chromium, mode);
        var page = rig.Page;
        using var user = await rig.SignInAsync();

        await rig.GotoAsync("/jobs");
        await page.GetByRole(AriaRole.Button, new() { Name = "Schedule a job" }).First.ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Title").FillAsync("Renewal notice");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Use this project's inbox" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "1 h" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Schedule", Exact = true }).ClickAsync();
        await Expect(page.Locator(".job-row")).ToHaveCountAsync(1);
        await Expect(page.Locator(".job-row")).ToContainTextAsync("Renewal notice");

        await page.Locator(".job-row").GetByRole(AriaRole.Button, new() { Name = "Cancel Renewal notice" }).ClickAsync();
        await page.Locator(".job-row").GetByRole(AriaRole.Button, new() { Name = "Really cancel Renewal notice?" }).ClickAsync();
        await Expect(page.Locator(".job-row .lamp")).ToHaveAttributeAsync("data-status", "CANCELLED");
        await page.ReloadAsync();
        await Expect(page.Locator(".job-row .lamp")).ToHaveAttributeAsync("data-status", "CANCELLED");
        rig.Window.AssertNoComplaints();
    }

    [Theory, MemberData(nameof(DashboardRig.Modes), MemberType = typeof(DashboardRig))]
    public async Task A_revoked_key_opens_nothing_at_once(string mode)
    {
        await using var rig = await DashboardRig.StartAsync(chromium, mode);
        using var user = await rig.SignInAsync();
        Assert.Equal(HttpStatusCode.Created, (await user.PostJobAsync(rig.Host.Url, DateTimeOffset.UtcNow.AddHours(1))).StatusCode);

        await rig.GotoAsync($"/projects/{user.ProjectId}");
        await rig.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke test" }).ClickAsync();
        await rig.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke key" }).ClickAsync();
        await Expect(rig.Page.GetByText("No keys yet")).ToBeVisibleAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await user.PostJobAsync(rig.Host.Url, DateTimeOffset.UtcNow.AddHours(1))).StatusCode);
        rig.Window.AssertNoComplaints();
    }

    [Theory, MemberData(nameof(DashboardRig.Modes), MemberType = typeof(DashboardRig))]
    public async Task Another_account_sees_nothing(string mode)
    {
        await using var rig = await DashboardRig.StartAsync(chromium, mode);
        using var other = await ApiUser.SignUpAsync(rig.Host.Url);
        var jobId = await other.ScheduleAsync("https://example.com/", DateTimeOffset.UtcNow.AddHours(1), title: "a secret of theirs");
        await rig.Window.RegisterAsync();

        foreach (var path in (string[])
        [
            $"/jobs/{jobId}",
            $"/projects/{other.ProjectId}",
            $"/projects/{other.ProjectId}?tab=inbox",
            "/jobs",
            $"/jobs?projectId={other.ProjectId}",
            $"/jobs?search={jobId}",
            "/projects",
            "/overview",
        ])
        {
            await rig.Page.GotoAsync(path);
            await rig.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            var shown = await rig.Page.ContentAsync();
            Assert.DoesNotContain("a secret of theirs", shown);
        }
    }

    [Theory, MemberData(nameof(DashboardRig.Modes), MemberType = typeof(DashboardRig))]
    public async Task Signing_out_in_one_tab_ends_the_other(string mode)
    {
        await using var rig = await DashboardRig.StartAsync(chromium, mode);
        await rig.Window.RegisterAsync();
        await rig.GotoAsync("/jobs");
        var other = await rig.Window.NewTabAsync();
        await DashboardRig.GotoAsync(other, "/overview");

        await rig.Window.SignOutAsync();
        await other.ArriveAtAsync("/login*", timeoutMs: 20_000);
        await rig.Page.GotoAsync("/jobs");
        await rig.Page.ArriveAtAsync("/login*");
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
