using System.Data;
using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Tests.Data.Hot;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Data;

public sealed class SerializableTransactionTests
{
    /// <summary>The driver's pool would hand the level on, and the next reader would wait for writers.</summary>
    [Theory]
    [InlineData(DatabaseProvider.SqlServer, IsolationLevel.Serializable, IsolationLevel.ReadCommitted)]
    [InlineData(DatabaseProvider.Postgres, IsolationLevel.Serializable)]
    public async Task SQL_Servers_connection_goes_back_to_the_pool_as_it_was(DatabaseProvider provider, params IsolationLevel[] levels)
    {
        await using var host = await FakeHost.StartAsync(provider);
        await using var db = await host.Service<IDbContextFactory<DispatchDbContext>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, await db.SerializableAsync(_ => Task.FromResult(1), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<TimeoutException>(
            () => db.SerializableAsync<int>(_ => throw new TimeoutException(), TestContext.Current.CancellationToken));

        Assert.Equal([.. levels, .. levels], host.Database.Transactions);
        Assert.Equal(ConnectionState.Closed, db.Database.GetDbConnection().State);
    }
}
