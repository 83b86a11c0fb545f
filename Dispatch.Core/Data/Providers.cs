using System.Data.Common;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Data;

/// <summary>All that differs between databases, beside the migrations.</summary>
internal static class Providers
{
    /// <summary>Registers the contexts of the chosen database: a factory for the engine, a scoped one for a request.</summary>
    public static IServiceCollection AddDispatchDatabase(this IServiceCollection services, DatabaseOptions database, string contentRoot) => database.Provider switch
    {
        DatabaseProvider.Sqlite => services.AddContexts<SqliteDispatchDbContext>(options => options
            .UseSqlite(SqliteConnectionString(database, contentRoot))
            .AddInterceptors(new SqlitePragmas())),
        DatabaseProvider.Postgres or DatabaseProvider.SqlServer =>
            throw new NotSupportedException($"Database:Provider {database.Provider} is not in this version; allowed: Sqlite."),
    };

    /// <summary>The version of Identity's tables, which its model takes from the options. 3 has passkeys; choosing it now spares accounts a migration.</summary>
    public static IServiceCollection AddIdentitySchema(this IServiceCollection services) =>
        services.Configure<IdentityOptions>(identity => identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3);

    /// <summary>The file's full path, the file and its folder made where they are missing, readable by this user alone: it holds the accounts.</summary>
    /// <exception cref="StartupException">The folder or the file cannot be made.</exception>
    public static string CreateSqliteFile(DatabaseOptions database, string contentRoot)
    {
        var file = SqliteFile(database, contentRoot);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            new FileStream(file, options).Dispose();
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"Database:ConnectionString: {file} cannot be opened for writing: {exception.Message}");
        }
    }

    /// <summary>What is wrong with the connection string on its face; null where nothing is.</summary>
    public static string? WhyUnusable(DatabaseOptions database)
    {
        if (database.Provider != DatabaseProvider.Sqlite) return null;
        try
        {
            return new SqliteConnectionStringBuilder(database.ConnectionString).DataSource is "" or ":memory:"
                ? "has no file as its Data Source; such as Data Source=data/dispatch.db is wanted"
                : null;
        }
        catch (ArgumentException exception)
        {
            return $"cannot be read ({exception.Message}); such as Data Source=data/dispatch.db is wanted";
        }
    }

    private static string SqliteFile(DatabaseOptions database, string contentRoot) =>
        Path.GetFullPath(new SqliteConnectionStringBuilder(database.ConnectionString).DataSource, contentRoot);

    /// <summary>True where trying again later can help: the database is locked, full, unreadable or gone.</summary>
    public static bool IsUnavailable(Exception exception) => exception switch
    {
        SqliteException { SqliteErrorCode: 5 or 6 or 8 or 10 or 13 or 14 } => true,   // BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN
        DbException { IsTransient: true } => true,
        { InnerException: { } inner } => IsUnavailable(inner),
        _ => false,
    };

    /// <summary>True where a row of that key exists already.</summary>
    public static bool IsUniqueViolation(Exception exception) => exception switch
    {
        SqliteException { SqliteExtendedErrorCode: 1555 or 2067 } => true,   // CONSTRAINT_PRIMARYKEY, CONSTRAINT_UNIQUE
        { InnerException: { } inner } => IsUniqueViolation(inner),
        _ => false,
    };

    /// <summary>A host killed in the middle of a migration leaves EF's lock row, and every later start would wait for it for ever.</summary>
    public static Task ClearStaleMigrationLockAsync(DispatchDbContext db) =>
        db is SqliteDispatchDbContext ? db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"") : Task.CompletedTask;

    private static string SqliteConnectionString(DatabaseOptions database, string contentRoot) =>
        new SqliteConnectionStringBuilder(database.ConnectionString) { DataSource = SqliteFile(database, contentRoot) }.ToString();

    private static IServiceCollection AddContexts<TContext>(this IServiceCollection services, Action<DbContextOptionsBuilder> configure)
        where TContext : DispatchDbContext => services
            .AddIdentitySchema()
            .AddPooledDbContextFactory<TContext>(configure)
            .AddSingleton<IDbContextFactory<DispatchDbContext>, ContextFactory<TContext>>()
            .AddScoped<DispatchDbContext>(provider => provider.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext());

    private sealed class ContextFactory<TContext>(IDbContextFactory<TContext> factory) : IDbContextFactory<DispatchDbContext>
        where TContext : DispatchDbContext
    {
        public DispatchDbContext CreateDbContext() => factory.CreateDbContext();
    }
}
