using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Parts.Job;

namespace Dispatch.Tests.Browser;

public sealed class JobLifeTests
{
    [Fact]
    public void A_scheduled_job_is_armed_and_counts_down_to_its_instant()
    {
        var life = JobLife.Of(SampleJobs.View());

        Assert.Equal(["Created", "Armed", "Due"], life.Select(step => step.Title));
        Assert.Equal((SampleJobs.FireAt, true), (life[2].At, life[2].Counts));
    }

    [Fact]
    public void A_job_that_is_far_away_is_not_armed_yet()
    {
        var life = JobLife.Of(SampleJobs.View() with { IsArmed = false });

        Assert.Equal(StepTone.Ahead, life[1].Tone);
    }

    [Fact]
    public void A_failed_job_counts_down_to_its_retry()
    {
        var life = JobLife.Of(SampleJobs.View("FAILED", logs: [Failed(1)]));

        Assert.Equal(["Created", "Armed", "Due", "Attempt 1", "Retry: attempt 2"], life.Select(step => step.Title));
        Assert.Equal((SampleJobs.RetryAt, true), (life[^1].At, life[^1].Counts));
        Assert.Contains("2 attempts are left", life[^1].Text, StringComparison.Ordinal);
        Assert.False(life[2].Counts);
    }

    [Fact]
    public void The_last_retry_says_so() =>
        Assert.Contains("DEAD", JobLife.Of(SampleJobs.View("FAILED", logs: [Failed(1), Failed(2)]))[^1].Text, StringComparison.Ordinal);

    [Fact]
    public void An_interrupted_attempt_is_explained_and_does_not_count()
    {
        var life = JobLife.Of(SampleJobs.View("FAILED", logs: [SampleJobs.Attempt(1, "INTERRUPTED"), Failed(2)]));

        Assert.Contains("does not count", life[3].Text, StringComparison.Ordinal);
        Assert.Equal("Retry: attempt 3", life[^1].Title);
        Assert.Contains("2 attempts are left", life[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Attempts_stand_in_the_order_in_which_they_were_sent() =>
        Assert.Equal(
            [1, 2, 3],
            JobLife.Of(SampleJobs.View("DEAD", logs: [Failed(1), Failed(2), Failed(3)]))
                .Select(step => step.Attempt?.Attempt).OfType<int>());

    [Theory]
    [InlineData("FIRING", nameof(StepTone.Now))]
    [InlineData("SUCCESS", nameof(StepTone.Good))]
    [InlineData("DEAD", nameof(StepTone.Dead))]
    [InlineData("CANCELLED", nameof(StepTone.Off))]
    public void A_life_ends_as_its_status_says(string status, string tone) =>
        Assert.Equal(tone, JobLife.Of(SampleJobs.View(status))[^1].Tone.ToString());

    [Fact]
    public void A_job_that_was_called_off_before_it_was_sent_was_never_due() =>
        Assert.Equal(["Created", "Cancelled"], JobLife.Of(SampleJobs.View("CANCELLED")).Select(step => step.Title));

    private static LogEntry Failed(int number) => SampleJobs.Attempt(number, "FAILED", 500);
}
