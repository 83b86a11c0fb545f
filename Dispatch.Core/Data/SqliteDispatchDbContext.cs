using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Dispatch.Data;

/// <summary>The embedded default.</summary>
public sealed class SqliteDispatchDbContext(DbContextOptions<SqliteDispatchDbContext> options) : DispatchDbContext(options)
{
    // SQLite has no UUID: as 16 bytes an id takes less than half of the text that EF would write, in the row and in each index,
    // and big-endian version 7 ids sort by time.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<Guid>().HaveConversion<GuidToBigEndianBytes>();
    }

    private sealed class GuidToBigEndianBytes() : ValueConverter<Guid, byte[]>(id => id.ToByteArray(true), bytes => new Guid(bytes, true));
}
