using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dispatch.Data;

/// <summary>Which version of Dispatch made a database, as far as its migrations tell.</summary>
internal enum SchemaOrigin
{
    /// <summary>This one, an earlier one whose tables can be brought up to date, or none yet.</summary>
    Known,

    /// <summary>One from before the first release, whose migrations are gone.</summary>
    Unreleased,

    /// <summary>A later one.</summary>
    Later,
}

/// <inheritdoc cref="SchemaOrigin"/>
internal static class SchemaOrigins
{
    /// <summary>What to do with a database of <see cref="SchemaOrigin.Unreleased"/>, for the operator.</summary>
    public const string UnreleasedAdvice =
        "was made by a version of Dispatch from before the first release, which this one cannot read; use a new, empty database (for SQLite: move the file away)";

    /// <summary>Reads the applied migrations. None is applied to a database that does not exist.</summary>
    public static async Task<SchemaOrigin> ReadAsync(DispatchDbContext db)
    {
        if (!await db.GetService<IRelationalDatabaseCreator>().ExistsAsync()) return SchemaOrigin.Known;

        var known = db.Database.GetMigrations().ToArray();
        var foreign = (await db.Database.GetAppliedMigrationsAsync()).Except(known).ToArray();
        if (foreign.Length == 0) return SchemaOrigin.Known;
        // A migration's id begins with the time at which it was written.
        return string.CompareOrdinal(foreign.Min(), known[0]) < 0 ? SchemaOrigin.Unreleased : SchemaOrigin.Later;
    }
}
