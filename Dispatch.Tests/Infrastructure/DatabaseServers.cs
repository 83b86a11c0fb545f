using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(DatabaseServers))]

namespace Dispatch.Tests.Infrastructure;

/// <summary>
/// The servers that the whole run shares: a PostgreSQL of its own, and the SQL Server that <c>DISPATCH_TEST_SQLSERVER</c> names.
/// Each test has a database of its own.
/// </summary>
public sealed class DatabaseServers : IAsyncDisposable
{
    private const string Template = "dispatch_template";

    private static readonly SemaphoreSlim Door = new(1);
    private static PostgresServer? postgres;

    private static string? SqlServer =>
        Environment.GetEnvironmentVariable("DISPATCH_TEST_SQLSERVER") is { Length: > 0 } connectionString ? connectionString : null;

    /// <summary>Every database, those that this machine lacks as visible skips. In CI only SQL Server may be missing.</summary>
    public static TheoryData<DatabaseProvider> Providers =>
    [
        .. Enum.GetValues<DatabaseProvider>()
            .Select(provider => new TheoryDataRow<DatabaseProvider>(provider) { Skip = WhyMissing(provider) })
    ];

    /// <summary>Those that several hosts may share.</summary>
    public static TheoryData<DatabaseProvider> Shared => new(Providers.Where(row => row.Data != DatabaseProvider.Sqlite));

    /// <summary>Why a test cannot run on that database; null where it can, or must.</summary>
    public static string? WhyMissing(DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => null,
        DatabaseProvider.Postgres => Environment.GetEnvironmentVariable("CI") == "true" ? null : PostgresServer.WhyMissing,
        DatabaseProvider.SqlServer => SqlServer is null ? "DISPATCH_TEST_SQLSERVER holds no connection string" : null,
    };

    public static void SkipWhereMissing(DatabaseProvider provider) =>
        Assert.SkipWhen(WhyMissing(provider) is not null, WhyMissing(provider) ?? "");

    /// <summary>
    /// A database for one test, empty but for its tables where that is quicker. Of SQLite, a file in the folder.
    /// Skips the test where there is no such server.
    /// </summary>
    internal static async Task<DatabaseOptions> CreateAsync(DatabaseProvider provider, string folder)
    {
        SkipWhereMissing(provider);
        return new()
        {
            Provider = provider,
            ConnectionString = provider switch
            {
                DatabaseProvider.Sqlite => $"Data Source={Path.Combine(folder, "dispatch.db")}",
                DatabaseProvider.Postgres => await (await PostgresAsync()).CreateDatabaseAsync($"test_{Guid.NewGuid():N}", Template),
                DatabaseProvider.SqlServer => new Microsoft.Data.SqlClient.SqlConnectionStringBuilder(SqlServer)
                {
                    InitialCatalog = $"dispatch_test_{Guid.NewGuid():N}"
                }.ToString(),
            },
        };
    }

    /// <summary>
    /// A PostgreSQL with full durability for a test that stops it, or counts what it does. Skips the test where there is none, save in CI.
    /// </summary>
    internal static Task<PostgresServer> StartPostgresAsync(params string[] settings)
    {
        SkipWhereMissing(DatabaseProvider.Postgres);
        return PostgresServer.StartAsync(settings);
    }

    /// <summary>A PostgreSQL database without any tables, as an operator makes one.</summary>
    internal static async Task<DatabaseOptions> CreateEmptyPostgresAsync()
    {
        SkipWhereMissing(DatabaseProvider.Postgres);
        return new()
        {
            Provider = DatabaseProvider.Postgres,
            ConnectionString = await (await PostgresAsync()).CreateDatabaseAsync($"test_{Guid.NewGuid():N}")
        };
    }

    /// <summary>Removes it.</summary>
    internal static async Task DropAsync(DatabaseOptions database)
    {
        switch (database.Provider)
        {
            case DatabaseProvider.Sqlite:
                Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
                break;
            case DatabaseProvider.Postgres:
                await postgres!.DropDatabaseAsync(database.ConnectionString);
                break;
            case DatabaseProvider.SqlServer:
                await using (var services = new ServiceCollection().AddDispatchDatabase(database, "/").BuildServiceProvider())
                await using (var db = await services.GetRequiredService<IDbContextFactory<DispatchDbContext>>().CreateDbContextAsync())
                {
                    await db.Database.EnsureDeletedAsync();
                }

                break;
        }
    }

    /// <summary>The same as a host's settings.</summary>
    internal static string[] AsSettings(DatabaseOptions database) =>
        [$"--Database:Provider={database.Provider}", $"--Database:ConnectionString={database.ConnectionString}"];

    public async ValueTask DisposeAsync()
    {
        if (postgres is not null) await postgres.DisposeAsync();
    }

    private static async Task<PostgresServer> PostgresAsync()
    {
        await Door.WaitAsync();
        try
        {
            return postgres ??= await StartSharedPostgresAsync();
        }
        finally
        {
            Door.Release();
        }
    }

    // No fsync: what a power failure leaves is not what these tests are about, and they share one disk.
    private static async Task<PostgresServer> StartSharedPostgresAsync()
    {
        var server = await StartPostgresAsync("fsync=off");
        var database = new DatabaseOptions
        {
            Provider = DatabaseProvider.Postgres,
            ConnectionString = await server.CreateDatabaseAsync(Template) + ";Pooling=false"
        };
        await using var services = new ServiceCollection().AddDispatchDatabase(database, "/").BuildServiceProvider();
        await using var db = await services.GetRequiredService<IDbContextFactory<DispatchDbContext>>().CreateDbContextAsync();
        await db.Database.MigrateAsync();
        return server;
    }
}
