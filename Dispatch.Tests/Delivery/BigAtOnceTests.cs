using System.Globalization;
using System.Text;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Delivery;

/// <summary>1,000 jobs of 250 KiB due in one millisecond, to a receiver that takes three seconds to answer.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class BigAtOnceTests(ITestOutputHelper output)
{
    private const int Jobs = 1_000;
    private const int PayloadBytes = 250 * 1024;

    private const int MaxMoreMb = 150;
    private const int MaxKeptMb = 100;

    // Below what the payloads take together, so that the runtime itself would refuse to hold them.
    private static readonly Dictionary<string, string> HeapLimit = new() { ["DOTNET_GCHeapHardLimit"] = $"{200 * 1024 * 1024:X}" };

    [Fact]
    public async Task Memory_has_a_bound_and_is_given_back()
    {
        var answered = new CountdownEvent(Jobs + 1);
        await using var receiver = new HostileReceiver(async connection =>
        {
            var buffer = new byte[64 * 1024];
            while (await DrainAsync(connection, buffer))
            {
                await Task.Delay(3_000, connection.Stopped);
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                answered.Signal();
            }
        });
        using var folder = new TemporaryFolder();
        await using var host = await HostProcess.StartAsync(folder.Path, Ports.Free(), HeapLimit);
        using var user = await ApiUser.SignUpAsync(host.Url);
        await user.JobWhenAsync(await user.ScheduleSoonAsync(receiver.Url.ToString(), 400), "SUCCESS");   // so that what runs is compiled
        var idle = ResidentMb(host);

        var payload = $$"""{"x":"{{new string('x', PayloadBytes)}}"}""";
        var at = DateTimeOffset.UtcNow.AddSeconds(45);
        var ids = await Task.WhenAll(Enumerable.Range(0, Jobs).Select(_ => user.ScheduleAsync(receiver.Url.ToString(), at, payload)));
        var accepted = ResidentMb(host);
        var most = accepted;
        while (!answered.IsSet)
        {
            most = Math.Max(most, ResidentMb(host));
            await Task.Delay(50, TestContext.Current.CancellationToken);
            Assert.True(DateTimeOffset.UtcNow < at.AddMinutes(2), $"{answered.CurrentCount} jobs did not arrive.");
        }

        output.WriteLine($"idle {idle} MB, accepted {accepted} MB, most {most} MB");
        foreach (var id in ids) Assert.Single((await user.JobWhenAsync(id, "SUCCESS")).GetProperty("logs").EnumerateArray());
        Assert.True(most <= idle + MaxMoreMb, $"{idle} MB became {most} MB.");
        var from = DateTimeOffset.UtcNow;
        while (ResidentMb(host) > idle + MaxKeptMb)
        {
            Assert.True(DateTimeOffset.UtcNow < from.AddMinutes(1), $"A minute later there are {ResidentMb(host)} MB, where {idle} were.");
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<bool> DrainAsync(HostileConnection connection, byte[] buffer)
    {
        const string Length = "Content-Length: ";
        var read = await connection.Stream.ReadAsync(buffer, connection.Stopped);
        if (read == 0) return false;

        var text = Encoding.Latin1.GetString(buffer, 0, read);   // the headers leave in one write
        var start = text.IndexOf(Length, StringComparison.Ordinal) + Length.Length;
        var length = int.Parse(text.AsSpan(start, text.IndexOf('\r', start) - start), CultureInfo.InvariantCulture);
        var left = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4 + length - read;
        while (left > 0) left -= await connection.Stream.ReadAsync(buffer, connection.Stopped);
        return true;
    }

    private static long ResidentMb(HostProcess host)
    {
        var line = File.ReadLines($"/proc/{host.Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6, line.Length - 6 - " kB".Length), CultureInfo.InvariantCulture) / 1024;
    }
}
