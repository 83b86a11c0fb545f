using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Data;

/// <summary>
/// For <c>dotnet ef migrations add NAME --context SqliteDispatchDbContext --project Dispatch.Core --startup-project Dispatch.Core</c>
/// <c>-o Data/Migrations/Sqlite</c>, and the same for Postgres and SqlServer. It opens no database.
/// </summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteDispatchDbContext>
{
    public SqliteDispatchDbContext CreateDbContext(string[] args) =>
        new(DesignTime.Options<SqliteDispatchDbContext>(options => options.UseSqlite("Data Source=:memory:")));
}

internal sealed class PostgresDesignTimeFactory : IDesignTimeDbContextFactory<PostgresDispatchDbContext>
{
    public PostgresDispatchDbContext CreateDbContext(string[] args) =>
        new(DesignTime.Options<PostgresDispatchDbContext>(options => options.UseNpgsql("Host=none")));
}

internal sealed class SqlServerDesignTimeFactory : IDesignTimeDbContextFactory<SqlServerDispatchDbContext>
{
    public SqlServerDispatchDbContext CreateDbContext(string[] args) =>
        new(DesignTime.Options<SqlServerDispatchDbContext>(options => options.UseSqlServer("Server=none", Providers.ConfigureSqlServer)));
}

file static class DesignTime
{
    public static DbContextOptions<TContext> Options<TContext>(Action<DbContextOptionsBuilder<TContext>> use)
        where TContext : DbContext
    {
        var builder = new DbContextOptionsBuilder<TContext>();
        use(builder);
        return builder.UseApplicationServiceProvider(new ServiceCollection().AddIdentitySchema().BuildServiceProvider()).Options;
    }
}
