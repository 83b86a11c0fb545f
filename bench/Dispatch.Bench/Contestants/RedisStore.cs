using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Bench.Contestants;

/// <summary>A Redis that appends every write to a file (fsync once a second, its default); ends with the contestant.</summary>
internal sealed class RedisStore : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dispatch-bench-redis-").FullName;
    private readonly int port = Ports.Free();
    private Process? process;

    public string Url => $"redis://127.0.0.1:{port}";

    public TimeSpan Cpu => ProcessTree.Cpu(process!.Id);

    public double Megabytes => ProcessTree.Megabytes(process!.Id);

    public double DiskBytes => Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

    public static async Task<RedisStore> StartAsync()
    {
        var store = new RedisStore();
        string[] settings =
        [
            "--port", $"{store.port}", "--bind", "127.0.0.1", "--appendonly", "yes", "--maxmemory-policy", "noeviction",
            "--dir", store.folder, "--logfile", Path.Combine(store.folder, "redis.log")
        ];
        store.process = Process.Start(new ProcessStartInfo("redis-server", settings))!;
        for (var tries = 0; !await store.AnswersAsync(); tries++)
        {
            if (store.process.HasExited || tries > 500) throw new InvalidOperationException("Redis did not start.");
            await Task.Delay(20);
        }

        return store;
    }

    /// <summary>Commands carried out so far.</summary>
    public async Task<double> CommandsAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        await using var stream = client.GetStream();
        await stream.WriteAsync("INFO stats\r\n"u8.ToArray());
        var buffer = new byte[64 * 1024];
        var text = new StringBuilder();
        while (!text.ToString().Contains("total_net_input_bytes", StringComparison.Ordinal)) text.Append(
            Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer)));
        var line = text.ToString().Split('\n').Single(l => l.StartsWith("total_commands_processed:", StringComparison.Ordinal));
        return double.Parse(line.Split(':')[1], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await ProcessTree.KillAsync(process!);
        process!.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
