using System.Diagnostics;
using Npgsql;

namespace Dispatch.Tests.Infrastructure;

/// <summary>
/// A PostgreSQL server of a test's own, in a folder of its own, which the test may stop and start. Ends with it. The bench uses it as well.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "postgres";

    private readonly string folder = Directory.CreateTempSubdirectory("dispatch-pg-").FullName;
    private readonly string[] settings;
    private Process? process;

    private PostgresServer(string[] settings) => this.settings = settings;

    /// <summary>Why there can be none on this machine; null where there can.</summary>
    public static string? WhyMissing => Programs is null ? "PostgreSQL is not installed (Debian: apt-get install postgresql)" : null;

    public int Port { get; } = Ports.Free();

    private static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql")
            .OrderByDescending(d => d, StringComparer.Ordinal)
            .Select(d => Path.Combine(d, "bin"))
            .FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
        : null;

    /// <summary>A server with full durability.</summary>
    /// <exception cref="InvalidOperationException"><see cref="WhyMissing"/>.</exception>
    /// <param name="settings">Further ones, such as <c>fsync=off</c>.</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        if (WhyMissing is not null) throw new InvalidOperationException(WhyMissing);
        var server = new PostgresServer(settings);
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", User, server.folder);
        await server.RunAsOwnerAsync("initdb", "-D", server.Data, "-U", User, "-A", "trust", "-E", "UTF8", "--no-sync");
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>The connection string of one of its databases.</summary>
    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Database={database};Username={User}";

    public async Task<string> CreateDatabaseAsync(string name, string template = "template1")
    {
        await ExecuteAsync($"CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"");
        return ConnectionString(name);
    }

    /// <summary>
    /// A second server with all that this one has: whatever is committed here from now on has reached it before. Stop it after this one, or
    /// promote it; without it this one commits nothing any more.
    /// </summary>
    public async Task<PostgresServer> StartStandbyAsync()
    {
        var standby = new PostgresServer(settings);
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", User, standby.folder);
        await standby.RunAsOwnerAsync(
            "pg_basebackup", "-h", "127.0.0.1", "-p", $"{Port}", "-U", User, "-D", standby.Data, "-R", "--checkpoint=fast", "--no-sync");
        await standby.StartAgainAsync();
        await ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");   // after the copy, which has no standby of its own
        await ExecuteAsync("SELECT pg_reload_conf()");
        await standby.WaitUntilAsync("SELECT status = 'streaming' FROM pg_stat_wal_receiver");
        await WaitUntilAsync("SELECT sync_state = 'sync' FROM pg_stat_replication");
        return standby;
    }

    /// <summary>A standby becomes a server of its own; returns when it takes writes.</summary>
    public Task PromoteAsync() => ExecuteAsync("SELECT pg_promote()");

    /// <summary>Ends whatever connections there are: pools keep theirs open beyond the host that made them.</summary>
    public Task DropDatabaseAsync(string connectionString) =>
        ExecuteAsync($"DROP DATABASE IF EXISTS \"{new NpgsqlConnectionStringBuilder(connectionString).Database}\" WITH (FORCE)");

    /// <summary>The parent of all its processes; each of them ends with it.</summary>
    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First());

    /// <summary>As <c>pg_ctl stop -m immediate</c>: connections break in the middle of whatever they do.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("QUIT");
        await process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async Task StartAgainAsync()
    {
        string[] all =
        [
            $"port={Port}", "listen_addresses=127.0.0.1", $"unix_socket_directories={folder}", "max_connections=200",
            "shared_preload_libraries=pg_stat_statements", "log_min_messages=panic", .. settings,
        ];
        process = Process.Start(AsOwner("postgres", ["-D", Data, .. all.SelectMany(setting => (string[])["-c", setting])]))!;
        var started = Stopwatch.StartNew();
        while (!await AnswersAsync())
        {
            if (started.Elapsed > TimeSpan.FromSeconds(30) || process.HasExited)
                throw new InvalidOperationException("PostgreSQL did not start.");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (process is { HasExited: false }) await StopAsync();
        process?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private string Data => Path.Combine(folder, "data");

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task WaitUntilAsync(string condition)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(condition, connection);
        for (var waited = Stopwatch.StartNew(); await command.ExecuteScalarAsync() is not true; await Task.Delay(20))
            if (waited.Elapsed > TimeSpan.FromSeconds(30)) throw new InvalidOperationException($"Never came true: {condition}");
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private Task SignalAsync(string signal) => RunAsync("kill", $"-{signal}", $"{ProcessId}");

    private async Task RunAsOwnerAsync(string program, params string[] arguments) => await RunAsync(AsOwner(program, arguments));

    // The server refuses to run as root.
    private ProcessStartInfo AsOwner(string program, IEnumerable<string> arguments)
    {
        var path = Path.Combine(Programs!, program);
        return Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", [$"--reuid={User}", $"--regid={User}", "--init-groups", path, .. arguments])
            {
                WorkingDirectory = folder
            }
            : new ProcessStartInfo(path, arguments) { WorkingDirectory = folder };
    }

    private static Task RunAsync(string program, params string[] arguments) => RunAsync(new ProcessStartInfo(program, arguments));

    private static async Task RunAsync(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode}: {output}");
    }
}
