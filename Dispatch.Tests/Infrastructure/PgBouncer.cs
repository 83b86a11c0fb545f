using System.Diagnostics;
using Npgsql;

namespace Dispatch.Tests.Infrastructure;

/// <summary>A connection pooler of the test's own in front of a <see cref="PostgresServer"/>. Ends with the test.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/pgbouncer";
    private const string User = "postgres";

    private readonly TemporaryFolder folder = new();
    private Process? process;

    private PgBouncer()
    {
    }

    /// <summary>Why there can be none on this machine; null where there can.</summary>
    public static string? WhyMissing => File.Exists(Program) ? null : "PgBouncer is not installed (Debian: apt-get install pgbouncer)";

    public int Port { get; } = Ports.Free();

    /// <summary>A pooler that answers. Skips the test where there is none, save in CI.</summary>
    /// <param name="poolMode"><c>transaction</c>, <c>session</c> or <c>statement</c>.</param>
    /// <param name="settings">Further ones, such as <c>ignore_startup_parameters=options</c>.</param>
    public static async Task<PgBouncer> StartAsync(PostgresServer server, string poolMode, params string[] settings)
    {
        Assert.SkipWhen(WhyMissing is not null && Environment.GetEnvironmentVariable("CI") != "true", WhyMissing ?? "");
        Assert.Null(WhyMissing);
        var pooler = new PgBouncer();
        await pooler.WriteSettingsAsync(server, poolMode, settings);
        await pooler.StartAgainAsync();
        return pooler;
    }

    /// <summary>The connection string of one of the server's databases, by way of this pooler.</summary>
    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Database={database};Username={User}";

    /// <summary>Kills it: its clients' connections break in the middle of whatever they do.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    public async Task StartAgainAsync()
    {
        var start = AsUser(Path.Combine(folder.Path, "pgbouncer.ini"));
        (start.RedirectStandardError, start.RedirectStandardOutput) = (true, true);
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        for (var since = Stopwatch.StartNew(); !await AnswersAsync(); await Task.Delay(10))
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(10) && !process.HasExited, "PgBouncer did not start");
        }
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (process is { HasExited: false }) await KillAsync();
        process?.Dispose();
        folder.Dispose();
    }

    private async Task WriteSettingsAsync(PostgresServer server, string poolMode, string[] settings)
    {
        var users = Path.Combine(folder.Path, "users.txt");
        await File.WriteAllTextAsync(users, $"\"{User}\" \"\"\n");
        string[] lines =
        [
            "[databases]", $"* = host=127.0.0.1 port={server.Port}",
            "[pgbouncer]", "listen_addr = 127.0.0.1", $"listen_port = {Port}", "unix_socket_dir =",
            "auth_type = trust", $"auth_file = {users}", $"admin_users = {User}",
            $"pool_mode = {poolMode}", "max_client_conn = 1000", .. settings,
        ];
        await File.WriteAllLinesAsync(Path.Combine(folder.Path, "pgbouncer.ini"), lines);
        if (Environment.IsPrivilegedProcess)
        {
            using var chown = Process.Start("chown", ["-R", User, folder.Path]);
            await chown.WaitForExitAsync();
        }
    }

    // It refuses to run as root.
    private static ProcessStartInfo AsUser(string settings) => Environment.IsPrivilegedProcess
        ? new ProcessStartInfo("setpriv", [$"--reuid={User}", $"--regid={User}", "--init-groups", Program, settings])
        : new ProcessStartInfo(Program, [settings]);

    // Its own console answers without a server.
    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(
                ConnectionString("pgbouncer") + ";Pooling=false;Server Compatibility Mode=NoTypeLoading");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
