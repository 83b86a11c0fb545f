using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Npgsql;

namespace Dispatch.Tests.Hosting;

/// <summary>PostgreSQL behind PgBouncer, in each of its modes that keep a transaction together.</summary>
public sealed class PoolerTests : IAsyncLifetime
{
    private const string Ignoring = "ignore_startup_parameters=options,extra_float_digits,search_path";

    private readonly TemporaryFolder folder = new();
    private PostgresServer server = null!;

    public async ValueTask InitializeAsync()
    {
        server = await DatabaseServers.StartPostgresAsync("fsync=off");
        await server.CreateDatabaseAsync("dispatch");
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("transaction", "")]
    [InlineData("transaction", Ignoring)]
    [InlineData("session", "")]
    [InlineData("session", Ignoring)]
    public async Task Jobs_are_taken_and_delivered(string poolMode, string setting)
    {
        await using var pooler = await PgBouncer.StartAsync(server, poolMode, setting);
        await using var receiver = await Receiver.StartAsync();
        await using var host = await HostProcess.StartAsync(folder.Path, Settings(pooler.ConnectionString("dispatch")));
        using var user = await ApiUser.SignUpAsync(host.Url);

        var jobs = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => user.ScheduleSoonAsync(receiver.Url, 2000)));
        foreach (var job in jobs) await user.JobWhenAsync(job, "SUCCESS");

        Assert.Equal(jobs.Order(), receiver.Arrivals.Select(arrival => arrival.JobId).Order());
        Assert.Contains("PostgreSQL is behind a connection pooler", host.Output);
        Assert.Contains("ALTER ROLE postgres SET idle_in_transaction_session_timeout", host.Output);
        Assert.DoesNotContain("fail:", host.Output);
        Assert.DoesNotContain("Npgsql.", host.Output);   // no exception in the log either
    }

    [Fact]
    public async Task Two_hosts_started_at_one_instant_by_way_of_it_are_one_installation()
    {
        await using var pooler = await PgBouncer.StartAsync(server, "transaction");
        var settings = Settings(pooler.ConnectionString("dispatch"));
        await using var one = HostProcess.Launch(folder.Path, settings);
        await using var other = HostProcess.Launch(folder.Path, settings);

        await Task.WhenAll(one.WaitUntilReadyAsync(), other.WaitUntilReadyAsync());

        Assert.Equal(1L, await AskServerAsync("SELECT count(*) FROM \"DataProtectionKeys\""));
    }

    [Theory]
    [InlineData("statement", "", "", @"does not take transactions \(.*\); set its pool_mode to transaction or session")]
    [InlineData("transaction", "", "Search Path=other", "does not take Search Path; leave it out .*ALTER ROLE … SET search_path")]
    [InlineData("transaction", Ignoring, "Search Path=other", "does not take Search Path; leave it out .*ALTER ROLE … SET search_path")]
    [InlineData("transaction", "", "Options=-c work_mem=8MB", "does not take Options; leave it out .*ALTER ROLE … SET")]
    public async Task What_it_cannot_pass_on_is_refused_with_one_sentence(
        string poolMode, string setting, string keyword, string sentence)
    {
        await using var pooler = await PgBouncer.StartAsync(server, poolMode, setting);
        await using var host = HostProcess.Launch(folder.Path, Settings($"{pooler.ConnectionString("dispatch")};{keyword}"));

        Assert.Equal(1, await host.WaitForExitAsync());
        Assert.Matches($"^Database:ConnectionString: the database cannot be opened: the connection pooler {sentence}", host.Output);
        Assert.Single(host.Output.Trim().Split('\n'));
    }

    [Fact]
    public async Task It_is_told_from_a_server()
    {
        await using var pooler = await PgBouncer.StartAsync(server, "session", Ignoring);

        Assert.True(await IsPresentAsync(pooler.ConnectionString("dispatch")));
        Assert.False(await IsPresentAsync(server.ConnectionString("dispatch")));
        Assert.False(await IsPresentAsync(server.ConnectionString("not_there_yet")));
    }

    [Fact]
    public void Nothing_that_lasts_longer_than_a_transaction_is_asked_of_it()
    {
        const string given = "Host=none;Database=none";

        var pooled = new NpgsqlConnectionStringBuilder(ConnectionStrings.ForPostgres(Options(given), isPooled: true));
        Assert.Null(pooled.Options);
        Assert.Equal(0, pooled.MaxAutoPrepare);
        Assert.True(pooled.NoResetOnClose);   // DISCARD ALL would not reach the session that the transaction had

        var chosen = new NpgsqlConnectionStringBuilder(
            ConnectionStrings.ForPostgres(Options(given + ";Max Auto Prepare=20"), isPooled: true));
        Assert.Equal(20, chosen.MaxAutoPrepare);
    }

    private static async Task<bool> IsPresentAsync(string connectionString)
    {
        var pooler = new PostgresPooler(Options(connectionString));
        await pooler.LookAsync();
        return pooler.IsPresent;
    }

    private async Task<object?> AskServerAsync(string question)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString("dispatch") + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(question, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private static string[] Settings(string connectionString) => [.. DatabaseServers.AsSettings(Options(connectionString))];

    private static DatabaseOptions Options(string connectionString) =>
        new() { Provider = DatabaseProvider.Postgres, ConnectionString = connectionString };
}
