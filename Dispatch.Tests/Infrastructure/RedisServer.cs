using System.Diagnostics;
using System.Net.Sockets;
using StackExchange.Redis;

namespace Dispatch.Tests.Infrastructure;

/// <summary>A Redis of the test's own, which keeps nothing, and which a test may kill, pause and start again. Ends with the test.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private Process? process;

    private RedisServer()
    {
    }

    /// <summary>Why there can be none on this machine; null where there can.</summary>
    public static string? WhyMissing => File.Exists(Program) ? null : "Redis is not installed (Debian: apt-get install redis-server)";

    /// <summary>As <c>Redis:Configuration</c>.</summary>
    public string Configuration => $"127.0.0.1:{Port}";

    private static string Program => "/usr/bin/redis-server";

    private int Port { get; } = Ports.Free();

    /// <summary>A server that answers. Skips the test where there is no Redis, save in CI.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        var server = Reserve();
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>A server that is to be started later, on a port that is known already.</summary>
    public static RedisServer Reserve()
    {
        Assert.SkipWhen(WhyMissing is not null && Environment.GetEnvironmentVariable("CI") != "true", WhyMissing ?? "");
        Assert.Null(WhyMissing);
        return new RedisServer();
    }

    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo(
            Program, ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder.Path])
        {
            RedirectStandardOutput = true
        };
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var started = Stopwatch.StartNew();
        while (!await AnswersAsync())
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(10) && !process.HasExited, "Redis did not start");
            await Task.Delay(10);
        }
    }

    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Its connections stay open, but nothing answers.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>The one channel of the hosts, once so many of them listen to it.</summary>
    public async Task<string> WaitForSubscribersAsync(int count)
    {
        var started = Stopwatch.StartNew();
        await using var line = await ConnectionMultiplexer.ConnectAsync(Configuration);
        var server = line.GetServers()[0];
        while (true)
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(20), "The hosts did not connect to Redis");
            foreach (var channel in await server.SubscriptionChannelsAsync(RedisChannel.Pattern("dispatch:*")))
            {
                if (await server.SubscriptionSubscriberCountAsync(channel) == count) return channel.ToString();
            }

            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false }) await KillAsync();
        process?.Dispose();
        folder.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process!.Id}"]);
        await kill.WaitForExitAsync();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            await using var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            return await stream.ReadAsync(new byte[16]) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
