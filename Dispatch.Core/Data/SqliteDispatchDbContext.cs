using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data;

internal sealed class SqliteDispatchDbContext(DbContextOptions<SqliteDispatchDbContext> options) : DispatchDbContext(options)
{
    public override DatabaseProvider Provider => DatabaseProvider.Sqlite;

    // SQLite has no UUID type. 16 bytes take less than half the space of EF's text, in the row and in each index.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<Guid>().HaveConversion<GuidToBigEndianBytes>();
    }
}
