using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Data;

/// <summary>For <c>dotnet ef migrations add NAME --context SqliteDispatchDbContext --project Dispatch.Core --startup-project Dispatch.Core -o Data/Migrations/Sqlite</c>.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteDispatchDbContext>
{
    public SqliteDispatchDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteDispatchDbContext>()
            .UseSqlite("Data Source=:memory:")
            .UseApplicationServiceProvider(new ServiceCollection().AddIdentitySchema().BuildServiceProvider())
            .Options);
}
