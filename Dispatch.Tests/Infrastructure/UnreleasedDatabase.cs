using Dispatch.Data;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Infrastructure;

/// <summary>A database whose tables a version from before the first release has made.</summary>
internal static class UnreleasedDatabase
{
    /// <summary>The migration that such a version noted.</summary>
    public const string Migration = "20261123165112_Initial";

    /// <summary>Makes a database look like one.</summary>
    public static async Task MarkAsync(DispatchDbContext db)
    {
        await db.Database.ExecuteSqlRawAsync("DELETE FROM \"__EFMigrationsHistory\"", TestContext.Current.CancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ({Migration}, '10.0.0')""",
            TestContext.Current.CancellationToken);
    }
}
