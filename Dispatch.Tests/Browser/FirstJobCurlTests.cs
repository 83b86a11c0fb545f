using Dispatch.Web.Client.Parts.Overview;

namespace Dispatch.Tests.Browser;

public sealed class FirstJobCurlTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 13, 9, 30, 7, TimeSpan.Zero);

    [Theory]
    [InlineData("https://dispatch.example/")]
    [InlineData("https://dispatch.example")]
    public void It_is_ready_to_be_pasted(string host) => Assert.Equal(
        """
        curl -X POST 'https://dispatch.example/api/v1/jobs' \
          -H 'x-api-key: sk_7' \
          -H 'content-type: application/json' \
          --data-raw '{
            "title": "My first job",
            "webhookUrl": "https://dispatch.example/in/4f1c",
            "fireAt": "2026-06-13T09:31:15.000Z",
            "payload": { "hello": "world" }
          }'
        """.ReplaceLineEndings("\n"),
        FirstJobCurl.For(host, "sk_7", "https://dispatch.example/in/4f1c", Now));

    [Fact]
    public void The_instant_is_one_minute_ahead_and_moves_in_steps()
    {
        Assert.Contains("09:31:15.000Z", At(0), StringComparison.Ordinal);
        Assert.Contains("09:31:15.000Z", At(8), StringComparison.Ordinal);
        Assert.Contains("09:31:30.000Z", At(9), StringComparison.Ordinal);

        static string At(int seconds) => FirstJobCurl.For(
            "https://dispatch.example/", null, "https://dispatch.example/in/4f1c", Now.AddSeconds(seconds));
    }
}
