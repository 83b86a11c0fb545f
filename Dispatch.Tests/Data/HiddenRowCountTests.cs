using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Tests.Data.Hot;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Data;

/// <summary>A SQL Server whose sessions begin with NOCOUNT does not tell a claim from a lost one.</summary>
public sealed class HiddenRowCountTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_hides_row_counts_is_known(bool hides)
    {
        await using var host = await FakeHost.StartAsync(DatabaseProvider.SqlServer);
        await using var db = await host.Service<IDbContextFactory<DispatchDbContext>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        host.Database.Expect(host.Database.Rows([hides]));

        Assert.Equal(hides, await Providers.HidesRowCountsAsync(db));

        var statement = Assert.Single(host.Database.Statements).Text;
        Assert.Contains("@@OPTIONS & 512", statement);
        Assert.Empty(TSql.Errors(statement));
    }
}
