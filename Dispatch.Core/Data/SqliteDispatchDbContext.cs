using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data;

/// <summary>The embedded default.</summary>
internal sealed class SqliteDispatchDbContext(DbContextOptions<SqliteDispatchDbContext> options) : DispatchDbContext(options)
{
    public override DatabaseProvider Provider => DatabaseProvider.Sqlite;

    // SQLite has no UUID: as 16 bytes an id takes less than half of the text that EF would write, in the row and in each index.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<Guid>().HaveConversion<GuidToBigEndianBytes>();
    }
}
