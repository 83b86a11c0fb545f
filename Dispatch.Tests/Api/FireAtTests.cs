using Dispatch.Time;
using Dispatch.Web.Api;

namespace Dispatch.Tests.Api;

public sealed class FireAtTests
{
    [Theory]
    [InlineData("2026-06-13T09:30:00Z", "2026-06-13T09:30:00.000Z")]
    [InlineData("2026-06-13T09:30:00.5Z", "2026-06-13T09:30:00.500Z")]
    [InlineData("2026-06-13T09:30:00.05Z", "2026-06-13T09:30:00.050Z")]
    [InlineData("2026-06-13T09:30:00.123Z", "2026-06-13T09:30:00.123Z")]
    [InlineData("2026-06-13T09:30:00.1239999999999999999999Z", "2026-06-13T09:30:00.123Z")]
    [InlineData("2028-02-29T23:59:59Z", "2028-02-29T23:59:59.000Z")]
    [InlineData("9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59.999Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z")]
    public void An_instant_is_read_and_cut_to_milliseconds(string text, string expected) =>
        Assert.Equal(expected, Clock.ToRfc3339(FireAt.Parse(text)!.Value));

    [Theory]
    [InlineData("")]
    [InlineData("Z")]
    [InlineData("2026-06-13")]
    [InlineData("2026-06-13Z")]
    [InlineData("2026-06-13T09:30Z")]
    [InlineData("2026-06-13T09:30:00")]
    [InlineData("2026-06-13T09:30:00+00:00")]
    [InlineData("2026-06-13T09:30:00-00:00")]
    [InlineData("2026-06-13T09:30:00+02:00")]
    [InlineData("2026-06-13T09:30:00Z+00")]
    [InlineData("2026-06-13t09:30:00Z")]
    [InlineData("2026-06-13T09:30:00z")]
    [InlineData("2026-06-13 09:30:00Z")]
    [InlineData(" 2026-06-13T09:30:00Z")]
    [InlineData("2026-06-13T09:30:00Z ")]
    [InlineData("2026-06-13T24:00:00Z")]
    [InlineData("2026-06-13T23:60:00Z")]
    [InlineData("2026-06-30T23:59:60Z")]
    [InlineData("2026-02-29T00:00:00Z")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("2026-00-01T00:00:00Z")]
    [InlineData("2026-01-00T00:00:00Z")]
    [InlineData("2026-04-31T00:00:00Z")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("10000-01-01T00:00:00Z")]
    [InlineData("2026-6-13T09:30:00Z")]
    [InlineData("2026-06-13T9:30:00Z")]
    [InlineData("2026-06-13T09:30:00.Z")]
    [InlineData("2026-06-13T09:30:00,5Z")]
    [InlineData("2026-06-13T09:30:00.5.5Z")]
    [InlineData("2026-06-13T09:30:00.-5Z")]
    [InlineData("2026-06-13T09:30:0٣Z")]
    [InlineData("2026-06-13T09:30:00.٣Z")]
    [InlineData("+026-06-13T09:30:00Z")]
    [InlineData("20260613T093000Z00000")]
    public void Anything_else_is_not_an_instant(string text) => Assert.Null(FireAt.Parse(text));
}
