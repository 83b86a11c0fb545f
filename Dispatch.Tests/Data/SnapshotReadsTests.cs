using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Tests.Data.Hot;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Data;

/// <summary>
/// SQL Server lets readers wait for writers unless the database is told otherwise; EF does so only where it makes the database.
/// </summary>
public sealed class SnapshotReadsTests
{
    [Theory]
    [InlineData(false, "ALTER DATABASE [fake] SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE")]
    [InlineData(true, null)]
    public async Task The_statement_is_named_where_it_is_needed(bool isOn, string? expected)
    {
        await using var host = await FakeHost.StartAsync(DatabaseProvider.SqlServer);
        await using var db = await host.Service<IDbContextFactory<DispatchDbContext>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        host.Database.Expect(host.Database.Rows([isOn]));

        var statement = await Providers.SnapshotReadsFixAsync(db);

        Assert.Equal(expected, statement);
        Assert.Empty(TSql.Errors(Assert.Single(host.Database.Statements).Text));
        Assert.Empty(TSql.Errors(statement ?? ""));
    }

    [Fact]
    public async Task Elsewhere_nothing_is_asked()
    {
        await using var host = await FakeHost.StartAsync(DatabaseProvider.Postgres);
        await using var db = await host.Service<IDbContextFactory<DispatchDbContext>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        host.Database.Expect();

        Assert.Null(await Providers.SnapshotReadsFixAsync(db));
        Assert.Empty(host.Database.Statements);
    }
}
