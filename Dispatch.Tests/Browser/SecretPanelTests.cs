using Bunit;
using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Parts.Project;

namespace Dispatch.Tests.Browser;

public sealed class SecretPanelTests : ComponentTest
{
    private const string Old = "whsec_b2xk";
    private const string New = "whsec_bmV3";

    private int readings;
    private string? previousExpiresAt;

    public SecretPanelTests()
    {
        Api.OnSigningSecret = _ =>
        {
            readings++;
            return FakeDispatchApi.Found(new SigningSecretDto { Secret = Old, PreviousExpiresAt = previousExpiresAt });
        };
        Api.OnRotateSigningSecret = _ => FakeDispatchApi.Found(new SigningSecretDto
        {
            Secret = New,
            PreviousExpiresAt = "2026-06-14T09:30:00.000Z",
        });
    }

    [Fact]
    public void Secret_is_not_read_before_it_is_to_be_revealed()
    {
        previousExpiresAt = "2026-06-14T09:30:00.000Z";
        var panel = RenderPanel();
        Assert.Equal(0, readings);
        Assert.Empty(panel.FindAll(".secret-previous"));

        Button(panel, "Reveal").Click();

        Assert.Equal(1, readings);
        Assert.Equal(previousExpiresAt, panel.Find(".secret-previous local-time").GetAttribute("utc"));
    }

    [Fact]
    public void Secret_is_in_the_page_only_while_it_is_revealed()
    {
        var panel = RenderPanel();
        Assert.DoesNotContain(Old, panel.Markup, StringComparison.Ordinal);

        Button(panel, "Reveal").Click();
        Assert.Equal(Old, panel.Find(".secret-text").TextContent);

        Button(panel, "Hide").Click();
        Assert.DoesNotContain(Old, panel.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Rotation_asks_first_and_says_until_when_the_old_one_signs()
    {
        var panel = RenderPanel();
        Assert.Empty(panel.FindAll(".secret-previous"));

        Button(panel, "Rotate…").Click();
        Assert.DoesNotContain(New, panel.Markup, StringComparison.Ordinal);
        Button(Dialogs, "Rotate secret").Click();

        panel.WaitForAssertion(() => Assert.Equal(New, panel.Find(".secret-text").TextContent));
        Assert.Equal("2026-06-14T09:30:00.000Z", panel.Find(".secret-previous local-time").GetAttribute("utc"));
    }

    private IRenderedComponent<SecretPanel> RenderPanel() => Render<SecretPanel>(panel => panel.Add(secret => secret.ProjectId, ProjectId));
}
