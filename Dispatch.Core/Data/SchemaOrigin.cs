using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dispatch.Data;

/// <summary>The version of Dispatch that made a database, according to its migrations.</summary>
internal enum SchemaOrigin
{
    /// <summary>This version, an earlier one that can be updated, or none yet.</summary>
    Known,

    /// <summary>A version from before the first release, whose migrations are gone.</summary>
    Unreleased,

    Later,
}

internal static class SchemaOrigins
{
    public const string IsUnreleased = "was made by a version of Dispatch from before the first release, which this one cannot read";

    public const string UnreleasedAdvice = IsUnreleased + "; use a new, empty database (for SQLite: move the file away)";

    /// <summary>A database that does not exist is <see cref="SchemaOrigin.Known"/>.</summary>
    public static async Task<SchemaOrigin> ReadAsync(DispatchDbContext db)
    {
        if (!await db.GetService<IRelationalDatabaseCreator>().ExistsAsync()) return SchemaOrigin.Known;

        var known = db.Database.GetMigrations().ToArray();
        var foreign = (await db.Database.GetAppliedMigrationsAsync()).Except(known).ToArray();
        if (foreign.Length == 0) return SchemaOrigin.Known;
        // A migration's id starts with the time of its creation.
        return string.CompareOrdinal(foreign.Min(), known[0]) < 0 ? SchemaOrigin.Unreleased : SchemaOrigin.Later;
    }
}
