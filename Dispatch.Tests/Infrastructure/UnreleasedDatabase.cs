using Dispatch.Data;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Infrastructure;

/// <summary>A database whose tables a version from before the first release has made.</summary>
internal static class UnreleasedDatabase
{
    /// <summary>The migration that such a version noted.</summary>
    public const string Migration = "20261123165112_Initial";

    /// <summary>Makes a database look like one.</summary>
    public static async Task MarkAsync(DispatchDbContext db) => Assert.Equal(1, await db.Database.ExecuteSqlAsync(
        $"""UPDATE "__EFMigrationsHistory" SET "MigrationId" = {Migration}""", TestContext.Current.CancellationToken));
}
