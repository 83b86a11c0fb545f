using System.Text.RegularExpressions;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data;

/// <summary>For several hosts: SQL Server 2019 and later, Azure SQL.</summary>
internal sealed partial class SqlServerDispatchDbContext(DbContextOptions<SqlServerDispatchDbContext> options) : DispatchDbContext(options)
{
    public override DatabaseProvider Provider => DatabaseProvider.SqlServer;

    // Not uniqueidentifier: SQL Server orders those by their last bytes first, so that new rows would go all over the table, and lists would have another
    // order than elsewhere.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<Guid>().HaveConversion<GuidToBigEndianBytes>().HaveColumnType("binary(16)");
    }

    // "Name" is a name only while QUOTED_IDENTIFIER is on, which it is not in sqlcmd.
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
