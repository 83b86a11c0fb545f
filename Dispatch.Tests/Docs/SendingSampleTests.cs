using System.Text.Json;

namespace Dispatch.Tests.Docs;

/// <summary>What the guide tells its readers to type, typed against a real host and a real receiver.</summary>
public sealed class SendingSampleTests(SampleHost rig) : IClassFixture<SampleHost>
{
    [Fact]
    public async Task The_quickstart_delivers_a_job_and_cancels_another()
    {
        SampleRun.Tool("jq");
        await using var run = SampleRun.Start("curl", GuideSamples.Run("quickstart"), rig.Environment("/quickstart"));
        var output = await run.EndAsync();

        var arrival = await rig.Receiver.WaitForAsync(arrival => arrival.Path == "/quickstart");
        Assert.Equal("""{"userId": "usr_812", "plan": "pro"}""", arrival.Json.GetProperty("payload").GetRawText());
        Assert.Contains("SUCCESS", output, StringComparison.Ordinal);
        Assert.Contains("\"responseCode\": 200", output, StringComparison.Ordinal);
        Assert.Contains("Job cancelled successfully", output, StringComparison.Ordinal);
        Assert.Single(rig.Receiver.Arrivals, arrival => arrival.Path == "/quickstart");
    }

    [Fact]
    public async Task Account_project_key_and_secret_come_out_of_the_setup_by_API()
    {
        SampleRun.Tool("jq");
        await using var run = SampleRun.Start("curl", rig.Fill(GuideSamples.Run("setup")), []);
        var output = await run.EndAsync();
        Assert.Matches("DISPATCH_API_KEY=sk_[0-9a-f]{64}\nDISPATCH_SIGNING_SECRET=whsec_[A-Za-z0-9+/]{43}=$", output);
    }

    [Fact]
    public async Task The_answer_to_the_scheduling_sample_has_the_fields_that_are_shown()
    {
        await using var run = SampleRun.Start("curl", rig.Fill(GuideSamples.Run("scheduling")), rig.Environment("/"));
        var answer = JsonDocument.Parse((await run.EndAsync()).Split('\n').Single(line => line.StartsWith('{'))).RootElement;
        var shown = GuideSamples.All
            .Select(sample => sample.Code)
            .Single(code => code.Contains("\"Job scheduled successfully\"", StringComparison.Ordinal));

        Assert.Equal("Job scheduled successfully", answer.GetProperty("message").GetString());
        Assert.Equal(Names(JsonDocument.Parse(shown).RootElement.GetProperty("data")), Names(answer.GetProperty("data")));
    }

    [Theory]
    [InlineData("curl")]
    [InlineData("Node")]
    [InlineData("C#")]
    [InlineData("Python")]
    public async Task The_client_schedules_a_job_that_arrives_and_one_that_it_cancels(string tab)
    {
        if (tab == "curl") SampleRun.Tool("jq");
        var path = $"/client/{tab.Replace('#', 's')}";
        await using var run = SampleRun.Start(tab, GuideSamples.Run("client", tab), rig.Environment(path));
        await run.EndAsync();

        var arrival = await rig.Receiver.WaitForAsync(arrival => arrival.Path == path);
        Assert.Equal("Trial expiry reminder", arrival.Json.GetProperty("title").GetString());
        Assert.Equal("usr_812", arrival.Json.GetProperty("payload").GetProperty("userId").GetString());
        Assert.Equal("pro", arrival.Json.GetProperty("payload").GetProperty("plan").GetString());
        await rig.User.JobWhenAsync(arrival.JobId, "SUCCESS");

        var jobs = await rig.User.DataAsync(HttpMethod.Get, "jobs?status=CANCELLED");
        Assert.Contains(
            jobs.GetProperty("jobs").EnumerateArray(),
            job => job.GetProperty("webhookUrl").GetString()!.EndsWith(path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_client_in_Node_throws_what_the_API_says()
    {
        var code = GuideSamples.Run("client", "Node").Replace("inSeconds(5)", "inSeconds(-5)", StringComparison.Ordinal);
        await using var run = SampleRun.Start(
            "Node", $"process.on('uncaughtException', error => console.log(error.status, error.code));\n{code}", rig.Environment("/past"));
        Assert.Contains("400 fire_at_in_past", await run.EndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_vector_gives_what_the_comment_below_it_says()
    {
        SampleRun.Tool("openssl");
        var code = GuideSamples.Run("vector");
        await using var run = SampleRun.Start("curl", code, []);
        Assert.EndsWith(code.TrimEnd().Split("# ")[^1], await run.EndAsync(), StringComparison.Ordinal);
    }

    private static string[] Names(JsonElement data) => [.. data.EnumerateObject().Select(field => field.Name)];
}
