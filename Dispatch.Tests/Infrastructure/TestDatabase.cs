using Dispatch.Data;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Infrastructure;

/// <summary>A database of its own for one test. The storage suite runs on each provider in <see cref="Providers"/>.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly TemporaryFolder folder;
    private readonly DatabaseOptions options;
    private readonly ServiceProvider services;

    private TestDatabase(TemporaryFolder folder, DatabaseOptions options)
    {
        (this.folder, this.options) = (folder, options);
        services = new ServiceCollection().AddDispatchDatabase(options, folder.Path).BuildServiceProvider();
    }

    /// <summary>Every database, those that this machine lacks as visible skips.</summary>
    public static TheoryData<DatabaseProvider> Providers => DatabaseServers.Providers;

    /// <summary>As settings of a host.</summary>
    public string[] Settings => DatabaseServers.AsSettings(options);

    internal IDbContextFactory<DispatchDbContext> Contexts => services.GetRequiredService<IDbContextFactory<DispatchDbContext>>();

    internal static async Task<TestDatabase> CreateAsync(DatabaseProvider provider)
    {
        var folder = new TemporaryFolder();
        var database = new TestDatabase(folder, await DatabaseServers.CreateAsync(provider, folder.Path));
        await using var db = await database.Contexts.CreateDbContextAsync();
        await db.Database.MigrateAsync();
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await DatabaseServers.DropAsync(options);
        folder.Dispose();
    }
}
