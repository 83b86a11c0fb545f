using Bunit;
using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Live;
using Dispatch.Web.Client.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using static Dispatch.Tests.Browser.OverviewSamples;

namespace Dispatch.Tests.Browser;

public sealed class OverviewPageTests : ComponentTest
{
    [Fact]
    public void The_tiles_say_the_figures_and_lead_to_the_jobs()
    {
        Api.OnOverview = () => FakeDispatchApi.Found(Overview() with
        {
            Fired = 12_345,
            SuccessRate = .9996,
            FailedNow = 2,
            Dead = 1,
            LatenessP50Ms = 1,
            LatenessP99Ms = 1_500,
        });
        var page = Render<OverviewPage>();

        Assert.Equal(["12,345", "99.9 %", "2", "1", "1 ms", "1.5 s"], page.FindAll(".figure-value").Select(value => value.TextContent));
        Assert.Equal(["/jobs?status=FAILED", "/jobs?status=DEAD"], page.FindAll("a.figure").Select(tile => tile.GetAttribute("href")));
    }

    [Fact]
    public void Without_deliveries_there_is_no_rate_and_no_lateness()
    {
        Api.OnOverview = () => FakeDispatchApi.Found(Overview());
        var page = Render<OverviewPage>();
        Assert.Equal(["0", "–", "0", "0", "–", "–"], page.FindAll(".figure-value").Select(value => value.TextContent));
        Assert.Equal(
            ["Nothing was sent in the last 24 hours.", "Nothing is due in the next hour."],
            page.FindAll(".chart-empty").Select(chart => chart.TextContent));
    }

    [Fact]
    public void The_charts_say_in_a_sentence_what_they_show()
    {
        var quiet = Overview();
        Api.OnOverview = () => FakeDispatchApi.Found(quiet with
        {
            Hours = [quiet.Hours[0] with { Succeeded = 1_200, Failed = 3 }, .. quiet.Hours.Skip(1)],
            NextHour = [.. quiet.NextHour.Take(58), quiet.NextHour[58] with { Due = 4 }, quiet.NextHour[59] with { Due = 7 }],
        });

        Assert.Equal(
            [
                "Deliveries per hour in the last 24 hours: 1,200 delivered, 3 failed, at most 1,203 in one hour.",
                "Attempts due per minute in the next hour: 11 in all, at most 7 in one minute.",
            ],
            Render<OverviewPage>().FindAll("svg[role=img]").Select(chart => chart.GetAttribute("aria-label")));
    }

    [Fact]
    public async Task A_failures_lamp_changes_in_place()
    {
        var (dead, failed) = (Job("DEAD", "Invoice"), Job("FAILED", "<b>Reminder</b>"));
        Api.OnOverview = () => FakeDispatchApi.Found(Overview(null, dead, failed));
        var page = Render<OverviewPage>();
        Assert.Equal(["Invoice", "<b>Reminder</b>"], page.FindAll(".failure-title").Select(title => title.TextContent));
        Assert.Equal($"/jobs/{failed.Id}", page.FindAll(".failure-title")[1].GetAttribute("href"));

        Api.OnOverview = () => new ApiFailure(503, "The storage does not answer", []);   // so the lamp cannot come from a reading
        await Feed.TellAsync(new ChangeBatch(
            [new Change(ChangeKind.Job, failed.ProjectId, failed.Id, "DEAD", Now.AddSeconds(1).ToUnixTimeMilliseconds())],
            Invalidate: false));

        Assert.Equal(["DEAD", "DEAD"], page.FindAll(".failures .lamp").Select(lamp => lamp.GetAttribute("data-status")));
        Assert.Equal("The storage does not answer", page.Find(".failure").TextContent);
    }

    [Fact]
    public async Task An_older_answer_does_not_replace_a_newer_one()
    {
        var slow = new TaskCompletionSource();
        (Api.OverviewTakes, Api.OnOverview) = (slow.Task, () => FakeDispatchApi.Found(Overview() with { Dead = 1 }));
        var page = Render<OverviewPage>();
        (Api.OverviewTakes, Api.OnOverview) = (Task.CompletedTask, () => FakeDispatchApi.Found(Overview() with { Dead = 2 }));
        await page.InvokeAsync(() => Feed.TellAsync(new ChangeBatch([], Invalidate: true)));
        Assert.Equal("2", page.FindAll(".figure-value")[3].TextContent);

        await page.InvokeAsync(slow.SetResult);

        Assert.Equal("2", page.FindAll(".figure-value")[3].TextContent);
    }

    [Fact]
    public void A_failed_job_counts_down_to_its_retry_and_one_given_up_does_not()
    {
        var failed = Job("FAILED");
        Api.OnOverview = () => FakeDispatchApi.Found(Overview(null, failed, Job("DEAD")));

        Assert.Equal(
            failed.NextAttemptAt,
            Render<OverviewPage>().FindAll(".failures .retry local-time[mode=countdown]").Single().GetAttribute("utc"));
    }

    [Fact]
    public void When_the_session_is_over_it_leads_to_the_sign_in()
    {
        Api.OnOverview = () => new ApiFailure(401, "Sign in again", []);
        Render<OverviewPage>();
        Assert.Contains("/login?returnUrl=", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }
}
