using Bunit;
using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Live;
using Dispatch.Web.Client.Parts.Project;

namespace Dispatch.Tests.Browser;

public sealed class KeysPanelTests : ComponentTest
{
    private const string Inbox = "https://dispatch.example/in/in_abc";
    private const string At = "2026-06-13T09:00:00.000Z";

    private static readonly string Key = "sk_" + new string('a', 60) + "beef";
    private static readonly KeyDto Listed = new()
    {
        Id = Guid.NewGuid(),
        Label = "<b>laptop</b>",
        LastFour = "beef",
        CreatedAt = At,
        LastUsedAt = null,
    };

    public KeysPanelTests()
    {
        Api.OnKeys = _ => FakeDispatchApi.Found(new KeyList { Keys = [Listed] });
        Api.OnCreateKey = (_, label) => FakeDispatchApi.Found(new NewKeyDto
        {
            Id = Guid.NewGuid(),
            Label = label,
            LastFour = "beef",
            CreatedAt = At,
            Key = Key,
        });
        Api.OnInbox = _ => FakeDispatchApi.Found(new Inbox
        {
            Url = Inbox,
            Answer = new InboxAnswer { Status = 200, DelayMs = 0 },
            Requests = [],
        });
    }

    [Fact]
    public void New_key_is_shown_with_a_warning_and_a_ready_command()
    {
        CreateKey(RenderPanel());

        Assert.Equal(Key, Dialogs.Find(".key-once code").TextContent);
        Assert.Equal(Key, Dialogs.Find(".key-once [data-copy]").GetAttribute("data-copy"));
        Assert.Contains("cannot show it again", Dialogs.Find(".key-warning").TextContent, StringComparison.Ordinal);
        var curl = Dialogs.Find(".key-curl [data-copy]").GetAttribute("data-copy")!;
        Assert.StartsWith("curl -X POST 'http://localhost/api/v1/jobs' ", curl, StringComparison.Ordinal);
        Assert.Contains($"x-api-key: {Key}", curl, StringComparison.Ordinal);
        Assert.Contains($"\"webhookUrl\": \"{Inbox}\"", curl, StringComparison.Ordinal);
        Assert.Contains("\"fireAt\": \"2026-06-13T09:31:00.000Z\"", curl, StringComparison.Ordinal);
    }

    [Fact]
    public void Command_stays_a_minute_ahead_while_the_dialog_is_open()
    {
        CreateKey(RenderPanel());

        Clock.Advance(TimeSpan.FromSeconds(40));

        Dialogs.WaitForAssertion(() => Assert.Contains(
            "2026-06-13T09:31:45.000Z", Dialogs.Find(".key-curl pre").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void Closed_dialog_has_forgotten_the_key_and_a_new_one_asks_for_a_label()
    {
        var panel = RenderPanel();
        CreateKey(panel);
        Button(Dialogs, "I have copied it").Click();

        Dialogs.WaitForAssertion(() => Assert.Empty(Dialogs.FindAll(".mud-dialog")));
        Assert.DoesNotContain(Key, panel.Markup, StringComparison.Ordinal);

        Button(panel, "Create key").Click();
        Assert.NotEmpty(Dialogs.FindAll("form#create-key input"));
        Assert.DoesNotContain(Key, Dialogs.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_label_is_explained_and_no_key_is_shown()
    {
        Api.OnCreateKey = (_, _) => new ApiFailure(
            400, "The request is invalid", [new ApiError("too_long", "label", "label has more than 200 characters")]);

        CreateKey(RenderPanel());

        Assert.Contains("label has more than 200 characters", Dialogs.Markup, StringComparison.Ordinal);
        Assert.Empty(Dialogs.FindAll(".key-once"));
    }

    [Fact]
    public void Key_is_revoked_only_after_it_was_confirmed()
    {
        var revoked = new List<Guid>();
        Api.OnRevokeKey = (_, key) =>
        {
            revoked.Add(key);
            return FakeDispatchApi.Found(new NoData());
        };
        var panel = RenderPanel();

        Button(panel, "Revoke").Click();
        Assert.Contains("answered 401", Dialogs.Find(".dialog-text").TextContent, StringComparison.Ordinal);
        Button(Dialogs, "Keep it").Click();
        Dialogs.WaitForAssertion(() => Assert.Empty(Dialogs.FindAll(".mud-dialog")));
        Assert.Empty(revoked);

        Button(panel, "Revoke").Click();
        Button(Dialogs, "Revoke key").Click();
        Dialogs.WaitForAssertion(() => Assert.Equal([Listed.Id], revoked));
    }

    [Fact]
    public async Task Keys_are_read_again_when_the_project_changed()
    {
        var panel = RenderPanel();
        Assert.Equal("<b>laptop</b>", panel.Find(".key-label").TextContent);
        Api.OnKeys = _ => FakeDispatchApi.Found(new KeyList { Keys = [] });

        await Feed.TellAsync(ChangeKind.Project, Guid.NewGuid());
        Assert.NotEmpty(panel.FindAll(".key-label"));
        await Feed.TellAsync(ChangeKind.Project, ProjectId);

        panel.WaitForAssertion(() => Assert.Contains("No keys yet", panel.Markup, StringComparison.Ordinal));
    }

    private IRenderedComponent<KeysPanel> RenderPanel() => Render<KeysPanel>(panel => panel.Add(keys => keys.ProjectId, ProjectId));

    private void CreateKey(IRenderedComponent<KeysPanel> panel)
    {
        Button(panel, "Create key").Click();
        Dialogs.Find("form#create-key input").Input("laptop");
        Dialogs.Find("form#create-key").Submit();
    }
}
