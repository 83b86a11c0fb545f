using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dispatch.Data;

/// <summary>The version of Dispatch that made a database, according to its migrations.</summary>
internal enum SchemaOrigin
{
    /// <summary>None: there is no database yet, or none of Dispatch's tables.</summary>
    None,

    /// <summary>This version, or an earlier one that can be updated.</summary>
    Known,

    /// <summary>A version from before the first release, whose migrations are gone.</summary>
    Unreleased,

    Later,
}

internal static class SchemaOrigins
{
    public const string IsUnreleased = "was made by a version of Dispatch from before the first release, which this one cannot read";

    public const string UnreleasedAdvice = IsUnreleased + "; use a new, empty database (for SQLite: move the file away)";

    public static async Task<SchemaOrigin> ReadAsync(DispatchDbContext db)
    {
        if (!await db.GetService<IRelationalDatabaseCreator>().ExistsAsync()) return SchemaOrigin.None;

        var known = db.Database.GetMigrations().ToArray();
        var applied = (await db.Database.GetAppliedMigrationsAsync()).ToArray();
        if (applied.Length == 0) return SchemaOrigin.None;

        var foreign = applied.Except(known).ToArray();
        if (foreign.Length == 0) return SchemaOrigin.Known;
        // A migration's id starts with the time of its creation.
        return string.CompareOrdinal(foreign.Min(), known[0]) < 0 ? SchemaOrigin.Unreleased : SchemaOrigin.Later;
    }
}
