using System.Net;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;

namespace Dispatch.Tests.Faults;

/// <summary>Looks at hosts as an operator does: at their readiness, and at their log.</summary>
internal static class Watch
{
    public static Task UntilAsync(DateTimeOffset at) =>
        TimeProvider.System.WaitUntilAsync(at.ToUnixTimeMilliseconds(), TestContext.Current.CancellationToken);

    /// <summary>How long it took until every host had answered so; null if one did not within the limit.</summary>
    public static async Task<TimeSpan?> UntilReadyIsAsync(HttpStatusCode answer, IEnumerable<HostProcess> hosts, TimeSpan limit)
    {
        using var http = new HttpClient();
        var begun = DateTimeOffset.UtcNow;
        foreach (var host in hosts)
        {
            while (await ReadyAsync(http, host) != answer)
            {
                if (DateTimeOffset.UtcNow - begun > limit) return null;
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }

        return DateTimeOffset.UtcNow - begun;
    }

    /// <summary>The first line of each warning and error that the host has logged: its category and event id.</summary>
    public static string[] Troubles(HostProcess host) =>
        [.. host.Output.Split('\n').Where(line => line.StartsWith("warn:", StringComparison.Ordinal)
            || line.StartsWith("fail:", StringComparison.Ordinal))];

    private static async Task<HttpStatusCode> ReadyAsync(HttpClient http, HostProcess host)
    {
        using var response = await http.GetAsync(host.Url + "/health/ready", TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
