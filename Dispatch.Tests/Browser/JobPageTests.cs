using Bunit;
using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Pages;
using Dispatch.Web.Client.Parts.Job;

namespace Dispatch.Tests.Browser;

public sealed class JobPageTests : ComponentTest
{
    private static readonly long Later = DateTimeOffset.Parse("2026-06-13T09:30:00.005Z").ToUnixTimeMilliseconds();

    private JobView view = SampleJobs.View();
    private int readings;

    public JobPageTests()
    {
        Api.OnJob = _ =>
        {
            readings++;
            return FakeDispatchApi.Found(view);
        };
    }

    [Fact]
    public void A_scheduled_job_counts_down_to_its_instant() =>
        Assert.Equal(SampleJobs.FireAt, Open().Find(".job-countdown local-time").GetAttribute("utc"));

    [Fact]
    public void A_failed_job_counts_down_to_its_retry()
    {
        view = SampleJobs.View("FAILED", logs: [SampleJobs.Attempt(1, "FAILED", 500)]);

        Assert.Equal(SampleJobs.RetryAt, Open().Find(".job-countdown local-time").GetAttribute("utc"));
    }

    [Fact]
    public async Task A_change_moves_the_lamp_and_is_read()
    {
        var page = Open();
        view = SampleJobs.View("SUCCESS", logs: [SampleJobs.Attempt(1, "SUCCESS", 204)]);

        await page.InvokeAsync(() => Feed.TellJobAsync(SampleJobs.ProjectId, SampleJobs.JobId, "SUCCESS", Later));

        await page.WaitForAssertionAsync(() => Assert.Equal("SUCCESS", page.Find(".job-lamp .lamp").GetAttribute("data-status")));
        await page.WaitForAssertionAsync(() => Assert.Contains("204", page.Find(".attempt-code").TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll(".job-countdown"));
    }

    [Fact]
    public async Task An_older_answer_does_not_replace_a_newer_one()
    {
        var reader = new JobReader(Api, SampleJobs.JobId);
        var slow = new TaskCompletionSource();
        Api.JobTakes = slow.Task;
        var older = reader.ReadAsync();
        Api.JobTakes = Task.CompletedTask;
        view = SampleJobs.View("CANCELLED");
        await reader.ReadAsync();

        slow.SetResult();
        await older;

        Assert.Equal("CANCELLED", reader.View?.Job.Status);
    }

    [Fact]
    public async Task A_change_of_another_job_is_not_read()
    {
        var page = Open();

        await page.InvokeAsync(() => Feed.TellJobAsync(SampleJobs.ProjectId, Guid.NewGuid(), "SUCCESS", Later));

        Assert.Equal(1, readings);
    }

    [Fact]
    public void What_sender_and_receiver_wrote_is_shown_as_text()
    {
        const string Hostile = "</pre><script>alert(1)</script><img src=x>";
        view = SampleJobs.View("DEAD", Hostile, $$"""{"a":"{{Hostile}}"}""", SampleJobs.Attempt(1, "FAILED", 500, Hostile, Hostile)) with
        {
            LastRequest = new SentRequest
            {
                Attempt = 1,
                Headers = [new HeaderLine("x-a", Hostile)],
                Body = Hostile,
                SignaturesKnown = true,
            },
        };

        var page = Open();

        Assert.Empty(page.FindAll("script, img"));
        Assert.Equal(Hostile, page.Find("h1").TextContent);
        Assert.Equal(Hostile, page.Find(".life pre").TextContent);
        Assert.Equal(Hostile, page.Find(".headers dd").TextContent);
    }

    [Fact]
    public void Raw_is_byte_for_byte_and_pretty_keeps_every_token()
    {
        const string Payload = """{"n":1.0e+02, "n":"\u00e9"}""";
        view = SampleJobs.View(payload: Payload);
        var page = Open();

        Assert.Equal("{\n  \"n\": 1.0e+02,\n  \"n\": \"\\u00e9\"\n}", page.Find(".job-texts pre").TextContent);
        Button(page, "Raw").Click();
        Assert.Equal(Payload, page.Find(".job-texts pre").TextContent);
    }

    [Fact]
    public void A_large_payload_is_shown_in_part_until_it_is_asked_for()
    {
        view = SampleJobs.View(payload: $$"""{"a":"{{new string('x', 250_000)}}"}""");
        var page = Open();

        Assert.Equal(16_000, page.Find(".job-texts pre").TextContent.Length);
        Button(page, "Show all").Click();
        Assert.True(page.Find(".job-texts pre").TextContent.Length > 250_000);
    }

    [Fact]
    public void Signatures_that_cannot_be_shown_are_accounted_for()
    {
        view = SampleJobs.View("SUCCESS") with
        {
            LastRequest = new SentRequest { Attempt = 1, Headers = [], Body = "{}", SignaturesKnown = false },
        };

        Assert.Contains("rotated", Open().Find(".notice").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cancel the job", 1)]
    [InlineData("Keep it", 0)]
    public async Task Cancelling_asks_first(string answer, int calls)
    {
        var cancelled = 0;
        Api.OnCancelJob = (_, _) =>
        {
            cancelled++;
            return FakeDispatchApi.Found(new NoData());
        };
        var page = Open();

        _ = Button(page, "Cancel").ClickAsync(new());
        await Dialogs.WaitForAssertionAsync(() => Button(Dialogs, answer));
        await Button(Dialogs, answer).ClickAsync(new());

        await page.WaitForAssertionAsync(() => Assert.Equal(calls, cancelled));
    }

    [Fact]
    public void Only_a_scheduled_job_can_be_cancelled()
    {
        view = SampleJobs.View("FIRING");

        Assert.DoesNotContain(Open().FindAll("button"), button => button.TextContent.Trim() == "Cancel");
    }

    [Fact]
    public void A_job_that_is_not_there_is_said_not_to_be()
    {
        Api.OnJob = _ => FakeDispatchApi.Missing<JobView>();

        Assert.Equal("There is no such job", Open().Find("h1").TextContent);
    }

    [Fact]
    public void What_the_host_refuses_is_said_in_the_page()
    {
        Api.OnJob = _ => new ApiFailure(503, "The storage does not answer", []);

        Assert.Equal("The storage does not answer", Open().Find(".failure[role=alert]").TextContent);
    }

    private IRenderedComponent<JobPage> Open() => Render<JobPage>(set => set.Add(page => page.Id, SampleJobs.JobId));
}
