using System.Text.Json;
using Dispatch.Tests.Browser.Infrastructure;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Browser;

/// <summary>How soon a lamp follows a state change. A measurement: `./test.sh --long` runs it and prints its figures.</summary>
public sealed class LampLatencyTests(Chromium chromium, ITestOutputHelper output)
{
    private const int Changes = 50;

    [Theory(Explicit = true), MemberData(nameof(DashboardRig.Modes), MemberType = typeof(DashboardRig)), Trait("Category", "Long")]
    public async Task A_lamp_follows_a_state_change_within_300_ms(string mode)
    {
        await using var rig = await DashboardRig.StartAsync(chromium, mode);
        await using var receiver = await Receiver.StartAsync();
        using var user = await rig.SignInAsync();
        var begin = DateTimeOffset.UtcNow.AddSeconds(8);
        var ids = new List<Guid>();
        for (var i = 0; i < Changes; i++) ids.Add(await user.ScheduleAsync(receiver.Url, begin.AddMilliseconds(i * 400)));

        await rig.GotoAsync("/jobs?limit=50");
        await rig.Page.EvaluateAsync(
            """
            () => {
              globalThis.turnedGreen = {};
              new MutationObserver(() => document.querySelectorAll('[data-job]').forEach(row => {
                if (row.querySelector('.lamp')?.dataset.status === 'SUCCESS') turnedGreen[row.dataset.job] ??= Date.now();
              })).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-status'] });
            }
            """);
        await rig.Page.WaitForFunctionAsync($"() => Object.keys(turnedGreen).length >= {Changes}", null, new() { Timeout = 60_000 });
        var seen = await rig.Page.EvaluateAsync<JsonElement>("() => turnedGreen");

        var delays = new List<double>();
        foreach (var id in ids)
        {
            var changedAt = (await user.JobAsync(id)).GetProperty("updatedAt").GetDateTimeOffset().ToUnixTimeMilliseconds();
            delays.Add(seen.GetProperty(id.ToString()).GetInt64() - changedAt);
        }

        delays.Sort();
        var (p50, p95) = (delays[delays.Count / 2], delays[(int)(delays.Count * 0.95)]);
        output.WriteLine($"{mode}: lamp after state change, {Changes} changes: p50 {p50} ms, p95 {p95} ms, max {delays[^1]} ms");
        Assert.True(p95 <= 300, $"p95 was {p95} ms");
    }
}
