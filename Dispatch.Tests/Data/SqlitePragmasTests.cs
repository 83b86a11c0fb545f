using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Data;

public sealed class SqlitePragmasTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private DatabaseOptions Database => new() { ConnectionString = $"Data Source={folder.Path}/dispatch.db" };

    public void Dispose() => folder.Dispose();

    /// <summary>The settings of a connection must not need the lock: readers never wait for the writer.</summary>
    [Fact]
    public async Task A_new_connection_reads_while_another_one_writes()
    {
        await UseAsync(db => db.Database.MigrateAsync(TestContext.Current.CancellationToken));
        await using var writer = new SqliteConnection($"{Database.ConnectionString};Pooling=false");
        await writer.OpenAsync(TestContext.Current.CancellationToken);
        await using var begin = writer.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE; UPDATE \"Jobs\" SET \"Title\" = \"Title\";";
        await begin.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var jobs = -1;
        await UseAsync(async db => jobs = await db.Jobs.CountAsync(TestContext.Current.CancellationToken));

        Assert.Equal(0, jobs);   // 'database is locked', after the driver's 30 s, if a setting asked for the lock
    }

    private async Task UseAsync(Func<DispatchDbContext, Task> use)
    {
        await using var services = new ServiceCollection()
            .AddDispatchDatabase(new DatabaseOptions { ConnectionString = Database.ConnectionString + ";Pooling=false" }, "/")
            .BuildServiceProvider();
        await using var db = await services.GetRequiredService<IDbContextFactory<DispatchDbContext>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        await use(db);
    }
}
