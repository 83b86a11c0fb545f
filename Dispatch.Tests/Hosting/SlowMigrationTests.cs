using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Npgsql;

namespace Dispatch.Tests.Hosting;

/// <summary>A migration that takes longer than a statement usually may, and a second host that starts meanwhile.</summary>
public sealed class SlowMigrationTests : IDisposable
{
    private const string Waits = "Another host is updating the database; this one waits until that is done";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public Task Both_hosts_start_although_a_migration_takes_longer_than_a_statement_may() =>
        StartBothAsync(TimeSpan.FromSeconds(3), ";Command Timeout=1");

    /// <summary>The same with the time limit that statements have: <c>./test.sh --long</c>.</summary>
    [Fact(Explicit = true), Trait("Category", "Long")]
    public Task Both_hosts_start_although_a_migration_takes_longer_than_15_seconds() => StartBothAsync(TimeSpan.FromSeconds(20), "");

    /// <summary>An old version, or a person, may hold what EF locks.</summary>
    [Fact]
    public async Task A_host_waits_for_the_lock_of_migrations_longer_than_a_statement_may_take()
    {
        var database = await DatabaseServers.CreateAsync(DatabaseProvider.Postgres, folder.Path);
        await using (var holder = new NpgsqlConnection(database.ConnectionString + ";Pooling=false"))
        {
            await holder.OpenAsync(TestContext.Current.CancellationToken);
            await using var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await ExecuteAsync(holder, "LOCK TABLE \"__EFMigrationsHistory\" IN ACCESS EXCLUSIVE MODE");
            await using var host = HostProcess.Launch(folder.Path, Settings(database, ";Command Timeout=1"));
            await WaitsForLockAsync(database);
            await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
            Assert.True(host.IsRunning, host.Output);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
            await host.WaitUntilReadyAsync();
        }

        await DatabaseServers.DropAsync(database);
    }

    private async Task StartBothAsync(TimeSpan duration, string timeLimit)
    {
        var database = await DatabaseServers.CreateEmptyPostgresAsync();
        await SlowDownAsync(database, duration);
        var settings = Settings(database, timeLimit);

        await using (var one = HostProcess.Launch(folder.Path, settings))
        await using (var other = HostProcess.Launch(folder.Path, settings))
        {
            await Task.WhenAll(one.WaitUntilReadyAsync(), other.WaitUntilReadyAsync());

            Assert.Equal(1, Count(one.Output) + Count(other.Output));
            Assert.DoesNotContain("fail:", one.Output + other.Output);
        }

        await DatabaseServers.DropAsync(database);
    }

    private static int Count(string output) => output.Split(Waits).Length - 1;

    private static string[] Settings(DatabaseOptions database, string more) =>
        [.. DatabaseServers.AsSettings(new() { Provider = database.Provider, ConnectionString = database.ConnectionString + more })];

    /// <summary>One statement of the first migration sleeps.</summary>
    private static async Task SlowDownAsync(DatabaseOptions database, TimeSpan duration)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(connection, $"""
            CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                IF current_query() LIKE 'CREATE TABLE "Jobs"%' THEN PERFORM pg_sleep({duration.TotalSeconds:0}); END IF;
            END $$;
            CREATE EVENT TRIGGER slow ON ddl_command_start EXECUTE FUNCTION slow();
            """);
    }

    private static async Task WaitsForLockAsync(DatabaseOptions database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '\"__EFMigrationsHistory\"'::regclass", connection);
        while ((long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))! == 0)
        {
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
