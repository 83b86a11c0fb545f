using Bunit;
using Dispatch.Tests.Browser.Fakes;
using Dispatch.Web.Client.Parts;

namespace Dispatch.Tests.Browser;

public sealed class StatusLampTests : ComponentTest
{
    private static readonly string[] Statuses = ["SCHEDULED", "FIRING", "SUCCESS", "FAILED", "DEAD", "CANCELLED"];

    public static TheoryData<string> All => [.. Statuses];

    [Theory, MemberData(nameof(All))]
    public void A_lamp_says_its_status_in_words_and_by_its_class(string status)
    {
        var lamp = Render<StatusLamp>(set => set.Add(lamp => lamp.Status, status));

        Assert.Equal(status, lamp.Find(".lamp-label").TextContent);
        Assert.Contains($"lamp-{status.ToLowerInvariant()}", lamp.Find(".lamp").ClassList);
        Assert.Equal(status, lamp.Find(".lamp").GetAttribute("data-status"));
        Assert.NotEmpty(lamp.Find(".lamp").GetAttribute("title")!);
    }

    [Fact]
    public void Glyphs_differ() =>
        Assert.Equal(6, Statuses
            .Select(status => Render<StatusLamp>(set => set.Add(lamp => lamp.Status, status)).Find("path").GetAttribute("d"))
            .Distinct().Count());

    [Fact]
    public void Without_its_label_it_still_tells_a_screen_reader() =>
        Assert.Equal(
            "DEAD",
            Render<StatusLamp>(set => set.Add(lamp => lamp.Status, "DEAD").Add(lamp => lamp.HideLabel, true))
                .Find(".visually-hidden").TextContent);

    [Theory]
    [InlineData("")]
    [InlineData("scheduled")]
    [InlineData("INTERRUPTED")]
    public void What_is_no_status_has_no_lamp(string status) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Render<StatusLamp>(set => set.Add(lamp => lamp.Status, status)));
}
