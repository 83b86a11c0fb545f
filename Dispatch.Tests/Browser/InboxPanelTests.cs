using System.Text.Json;
using Bunit;
using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Live;
using Dispatch.Web.Client.Parts.Project;

namespace Dispatch.Tests.Browser;

public sealed class InboxPanelTests : ComponentTest
{
    private const string Url = "https://dispatch.example/in/in_abc";

    private readonly List<InboxAnswer> chosen = [];
    private List<InboxRequest> requests = [];

    public InboxPanelTests()
    {
        Api.OnInbox = _ => FakeDispatchApi.Found(new Inbox { Url = Url, Answer = Answer(200, 0), Requests = [.. requests] });
        Api.OnSetInboxAnswer = (_, answer) =>
        {
            chosen.Add(answer);
            return FakeDispatchApi.Found(answer);
        };
    }

    [Fact]
    public void Hostile_bodies_and_headers_are_shown_as_text()
    {
        const string hostile = "</pre><script>alert('1')</script>\"'&<img src=x onerror=alert(2)>";
        requests = [Request() with { Method = "<b>POST</b>", Body = hostile, Headers = [new HeaderLine("x-\"evil<b>", hostile)] }];
        var panel = RenderPanel();

        panel.Find(".inbox-line").Click();

        Assert.Equal($"x-\"evil<b>: {hostile}", panel.Find("pre[aria-label=Headers]").TextContent);
        Assert.Equal(hostile, panel.Find("pre[aria-label=Body]").TextContent);
        Assert.Contains("<b>POST</b>", panel.Find(".inbox-method").TextContent, StringComparison.Ordinal);
        Assert.Empty(panel.FindAll("script, img, b"));
    }

    [Fact]
    public void Json_body_is_laid_out_and_shown_raw_on_demand()
    {
        const string body = """{"amount":1.50,"text":"<ü>"}""";
        requests = [Request() with { Body = body }];
        var panel = RenderPanel();
        panel.Find(".inbox-line").Click();

        Assert.Equal(
            "{\n  \"amount\": 1.50,\n  \"text\": \"<ü>\"\n}",
            panel.Find("pre[aria-label=Body]").TextContent.ReplaceLineEndings("\n"));
        Button(panel, "Raw").Click();
        Assert.Equal(body, panel.Find("pre[aria-label=Body]").TextContent);
    }

    [Theory]
    [InlineData(SignatureCheck.Valid, "✓ Valid")]
    [InlineData(SignatureCheck.Invalid, "✗ Invalid")]
    [InlineData(SignatureCheck.Missing, "– Missing")]
    public void Signature_check_has_a_sign_and_a_word(SignatureCheck check, string text)
    {
        requests = [Request() with { Signature = check }];

        Assert.Equal(text, RenderPanel().Find(".signature").TextContent);
    }

    [Fact]
    public void Known_job_is_linked()
    {
        var job = Guid.NewGuid();
        requests = [Request() with { JobId = job }];
        var panel = RenderPanel();
        panel.Find(".inbox-line").Click();

        Assert.Equal($"/jobs/{job}", panel.Find(".inbox-detail a").GetAttribute("href"));
    }

    [Theory]
    [InlineData(1, 500, 0)]
    [InlineData(2, 200, 10_000)]
    public void Chosen_answer_is_sent(int option, int status, int delayMs)
    {
        RenderPanel().FindAll(".segments input")[option].Change("on");

        Assert.Equal([Answer(status, delayMs)], chosen);
    }

    [Fact]
    public void Custom_answer_is_sent_when_it_is_in_range()
    {
        var panel = RenderPanel();
        panel.FindAll(".segments input")[3].Change("on");
        Type(panel, "600", "1500");
        panel.Find(".custom-answer").Submit();
        Assert.Empty(chosen);

        Type(panel, "503", "1500");
        panel.Find(".custom-answer").Submit();

        Assert.Equal([Answer(503, 1500)], chosen);
    }

    [Fact]
    public void Refused_answer_leaves_the_old_one_chosen()
    {
        Api.OnSetInboxAnswer = (_, _) => new ApiFailure(503, "The storage does not answer", []);
        var panel = RenderPanel();

        panel.FindAll(".segments input")[1].Change("on");

        Assert.True(panel.FindAll(".segments input")[0].HasAttribute("checked"));
    }

    [Fact]
    public async Task Request_appears_when_it_arrives_and_is_announced()
    {
        var panel = RenderPanel();
        Assert.Contains("Nothing has arrived yet", panel.Markup, StringComparison.Ordinal);
        requests = [Request() with { Signature = SignatureCheck.Invalid, AnsweredStatus = 500 }];

        await Feed.TellAsync(ChangeKind.Inbox, ProjectId);

        panel.WaitForAssertion(() => Assert.Single(panel.FindAll(".inbox-request")));
        Assert.Equal("A POST request arrived, signature invalid, answered 500.", panel.Find("[aria-live=polite]").TextContent);
    }

    [Fact]
    public void Test_job_goes_to_the_inbox_in_five_seconds()
    {
        string? sent = null;
        Api.OnSchedule = (_, body) =>
        {
            sent = body;
            return new ApiFailure(503, "The storage does not answer", []);
        };

        Button(RenderPanel(), "Send a test job now").Click();

        var job = JsonDocument.Parse(sent!).RootElement;
        Assert.Equal(Url, job.GetProperty("webhookUrl").GetString());
        Assert.Equal("2026-06-13T09:30:05.000Z", job.GetProperty("fireAt").GetString());
        Assert.Equal(JsonValueKind.Object, job.GetProperty("payload").ValueKind);
    }

    [Fact]
    public void Inbox_is_cleared_only_after_it_was_confirmed()
    {
        var cleared = 0;
        Api.OnClearInbox = _ =>
        {
            cleared++;
            return FakeDispatchApi.Found(new NoData());
        };
        requests = [Request()];
        var panel = RenderPanel();

        Button(panel, "Clear").Click();
        Assert.Equal(0, cleared);
        Button(Dialogs, "Clear inbox").Click();

        Dialogs.WaitForAssertion(() => Assert.Equal(1, cleared));
    }

    private static InboxAnswer Answer(int status, int delayMs) => new() { Status = status, DelayMs = delayMs };

    private static InboxRequest Request() => new()
    {
        Id = Guid.NewGuid(), ReceivedAt = "2026-06-13T09:30:00.004Z", Method = "POST", Headers = [], Body = "", BodyIsCut = false,
        Signature = SignatureCheck.Valid, JobId = null, AnsweredStatus = 200,
    };

    private static void Type(IRenderedComponent<InboxPanel> panel, string status, string delayMs)
    {
        panel.FindAll(".custom-answer input")[0].Input(status);
        panel.FindAll(".custom-answer input")[1].Input(delayMs);
    }

    private IRenderedComponent<InboxPanel> RenderPanel() => Render<InboxPanel>(panel => panel.Add(inbox => inbox.ProjectId, ProjectId));
}
