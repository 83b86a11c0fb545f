using System.Text.RegularExpressions;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data;

/// <summary>SQL Server 2019 and later, Azure SQL.</summary>
internal sealed partial class SqlServerDispatchDbContext(DbContextOptions<SqlServerDispatchDbContext> options) : DispatchDbContext(options)
{
    public override DatabaseProvider Provider => DatabaseProvider.SqlServer;

    // Not uniqueidentifier, because SQL Server sorts it by its last bytes first: new rows would spread over the whole table, and lists
    // would have another order than on other databases.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<Guid>().HaveConversion<GuidToBigEndianBytes>().HaveColumnType("binary(16)");
    }

    // Replaces "Name" with [Name], because sqlcmd turns QUOTED_IDENTIFIER off and would read "Name" as a string.
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        foreach (var index in builder.Model.GetEntityTypes().SelectMany(entity => entity.GetIndexes()))
        {
            if (index.GetFilter() is { } filter) index.SetFilter(QuotedName().Replace(filter, "[$1]"));
        }
    }

    [GeneratedRegex("\"(\\w+)\"")]
    private static partial Regex QuotedName();
}
