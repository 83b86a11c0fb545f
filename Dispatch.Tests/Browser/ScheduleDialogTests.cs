using System.Text;
using System.Text.Json;
using Bunit;
using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Parts;
using Dispatch.Web.Client.Parts.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using MudBlazor;

namespace Dispatch.Tests.Browser;

public sealed class ScheduleDialogTests : ComponentTest
{
    private readonly BunitJSModuleInterop fields;
    private readonly List<string> sent = [];
    private ApiResult<JobDto> answer = FakeDispatchApi.Found<JobDto>(SampleJobs.View().Job);
    private bool? closed;

    public ScheduleDialogTests()
    {
        fields = JSInterop.SetupModule(BrowserFields.Module);
        fields.Mode = JSRuntimeMode.Loose;
        fields.Setup<bool>("isUnchanged", _ => true).SetResult(true);
        Api.OnProjectCards = () => FakeDispatchApi.Found(SampleJobs.Cards());
        Api.OnSchedule = (_, body) =>
        {
            sent.Add(body);
            return answer;
        };
    }

    [Fact]
    public void Empty_fields_are_named_and_nothing_is_sent()
    {
        Open();
        Submit();

        Assert.Equal(2, Dialogs.FindAll(".field-error").Count);
        Assert.Equal("true", Dialogs.Find("#schedule-title").GetAttribute("aria-invalid"));
        Assert.Empty(sent);
    }

    [Fact]
    public async Task A_payload_is_checked_as_it_is_typed()
    {
        Open();
        await TypePayloadAsync("{\n  \"a\": 1,\n}");

        Assert.Contains(
            "Line 3, column 1: a comma with nothing after it",
            Dialogs.Find("#job-payload-says").TextContent,
            StringComparison.Ordinal);
        Assert.Equal("true", Dialogs.Find("#job-payload").GetAttribute("aria-invalid"));
        Fill();
        Submit();
        Assert.Empty(sent);
    }

    [Fact]
    public async Task What_is_typed_goes_out_as_it_was_typed_and_stands_in_the_curl()
    {
        const string Payload = "{ \"n\":1.0e+02, \"n\":\"it's\" }";
        Open();
        Fill();
        await TypePayloadAsync(Payload);

        Assert.Contains(
            $"\"payload\":{Payload.Replace("'", "'\\''", StringComparison.Ordinal)}}}'",
            Dialogs.Find(".schedule-curl code").TextContent,
            StringComparison.Ordinal);
        Submit();
        Assert.EndsWith($"\"payload\":{Payload}}}", Assert.Single(sent), StringComparison.Ordinal);
        Assert.True(closed);
    }

    [Fact]
    public void A_payload_that_was_not_edited_goes_out_byte_for_byte()
    {
        const string Payload = "{\r\n\"a\":1}";   // a text area would give the carriage return back as nothing

        Open(new JobRequest
        {
            Title = "Again",
            WebhookUrl = "https://example.com/",
            FireAt = "2026-06-13T09:30:00.004Z",
            Payload = JobRequestText.Payload(Payload),
        });
        Submit();

        Assert.Equal(
            $$"""{"title":"Again","webhookUrl":"https://example.com/","fireAt":"2026-06-13T09:30:00.004Z","payload":{{Payload}}}""",
            Assert.Single(sent));
    }

    [Fact]
    public void A_delay_is_counted_from_the_moment_of_scheduling()
    {
        Open();
        Fill();
        Button(Dialogs, "in 10 s").Click();
        Clock.Advance(TimeSpan.FromMinutes(5));
        Submit();

        Assert.Equal("2026-06-13T09:35:10.000Z", JsonDocument.Parse(Assert.Single(sent)).RootElement.GetProperty("fireAt").GetString());
    }

    [Fact]
    public void A_chosen_instant_is_the_UTC_one_of_what_the_reader_typed()
    {
        fields.Setup<string?>("utcOf", "2026-06-13T11:45:00").SetResult("2026-06-13T09:45:00.000Z");
        Open();
        Fill();
        Dialogs.Find("#job-fire-at").Change("2026-06-13T11:45:00");
        Dialogs.WaitForAssertion(() => Assert.Contains(
            "2026-06-13T09:45:00.000Z", Dialogs.Find("#job-fire-at-says").TextContent, StringComparison.Ordinal));
        Submit();

        Assert.Contains("2026-06-13T09:45:00.000Z", Assert.Single(sent), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_API_refuses_stands_at_its_field_until_it_is_changed()
    {
        answer = new ApiFailure(
            400,
            "webhookUrl leads to a destination that is not allowed",
            [new ApiError("destination_not_allowed", "webhookUrl", "webhookUrl leads to a destination that is not allowed")]);
        Open();
        Fill();
        Submit();

        Assert.Equal(
            "webhookUrl leads to a destination that is not allowed",
            Dialogs.Find("#schedule-webhookUrl-says .field-error").TextContent);
        Assert.Null(closed);
        Dialogs.Find("#schedule-webhookUrl").Input("https://example.com/other");
        Assert.Empty(Dialogs.FindAll(".field-error"));
    }

    [Fact]
    public void What_no_field_is_to_blame_for_stands_above()
    {
        answer = new ApiFailure(503, "The storage does not answer", []);
        Open();
        Fill();
        Submit();

        Assert.Equal("The storage does not answer", Dialogs.Find(".failure[role=alert]").TextContent);
    }

    [Fact]
    public void The_inbox_of_the_project_can_be_the_receiver()
    {
        Api.OnInbox = _ => FakeDispatchApi.Found(new Inbox
        {
            Url = "http://localhost/in/token",
            Answer = new InboxAnswer { Status = 200, DelayMs = 0 },
            Requests = [],
        });
        Open();
        Button(Dialogs, "Use this project's inbox").Click();

        Assert.Equal("http://localhost/in/token", Dialogs.Find("#schedule-webhookUrl").GetAttribute("value"));
    }

    [Fact]
    public void Without_a_project_there_is_a_way_to_make_one()
    {
        Api.OnProjectCards = () => FakeDispatchApi.Found(new ProjectCards { Projects = [] });
        Open();

        Assert.Equal("/projects", Dialogs.Find(".mud-dialog-content a").GetAttribute("href"));
    }

    private void Open(JobRequest? prefill = null)
    {
        _ = Dialogs.InvokeAsync(async () => closed = await ScheduleDialog.OpenAsync(
            Services.GetRequiredService<IDialogService>(), SampleJobs.ProjectId, prefill));
        Dialogs.WaitForElement(".mud-dialog-content");
    }

    private void Fill()
    {
        Dialogs.Find("#schedule-title").Input("Trial expiry reminder");
        Dialogs.Find("#schedule-webhookUrl").Input("https://example.com/hooks");
    }

    private void Submit() => Dialogs.Find("#schedule-form").Submit();

    private async Task TypePayloadAsync(string text)
    {
        fields.Setup<bool>("isUnchanged", _ => true).SetResult(false);
        fields.Setup<IJSStreamReference>("textOf", _ => true).SetResult(new TypedText(text));
        var editor = Dialogs.FindComponent<PayloadEditor>();
        await editor.InvokeAsync(editor.Instance.EditedAsync);
    }

    private sealed class TypedText(string text) : IJSStreamReference
    {
        public long Length => Encoding.UTF8.GetByteCount(text);

        public ValueTask<Stream> OpenReadStreamAsync(long maxAllowedSize = 512_000, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(text)));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
