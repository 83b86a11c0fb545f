using Dispatch.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Infrastructure;

/// <summary>A database of its own for one test. The storage suite runs on each provider in <see cref="Providers"/>; a further one is plugged in here.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ServiceProvider services;

    private TestDatabase(DatabaseProvider provider)
    {
        var options = new DatabaseOptions { Provider = provider, ConnectionString = "Data Source=dispatch.db" };
        services = new ServiceCollection().AddDispatchDatabase(options, folder.Path).BuildServiceProvider();
    }

    /// <summary>The databases this machine can test on.</summary>
    public static TheoryData<DatabaseProvider> Providers => [DatabaseProvider.Sqlite];

    internal IDbContextFactory<DispatchDbContext> Contexts => services.GetRequiredService<IDbContextFactory<DispatchDbContext>>();

    internal static async Task<TestDatabase> CreateAsync(DatabaseProvider provider)
    {
        var database = new TestDatabase(provider);
        await using var db = await database.Contexts.CreateDbContextAsync();
        await db.Database.MigrateAsync();
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Dispose();
    }
}
