using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Data;

/// <summary>The migrations of every database, as far as they can be judged without one.</summary>
public sealed class MigrationTests
{
    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.Postgres)]
    [InlineData(DatabaseProvider.SqlServer)]
    public void They_lead_to_the_model(DatabaseProvider provider) =>
        Use(provider, db => Assert.False(
            db.Database.HasPendingModelChanges(),
            $"The model has changed: add a migration for {provider} (CONTRIBUTING.md)."));

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.Postgres)]
    [InlineData(DatabaseProvider.SqlServer)]
    public void They_make_a_script(DatabaseProvider provider)
    {
        var script = Script(provider);
        Use(provider, db => Assert.All(db.Database.GetMigrations(), migration => Assert.Contains(migration, script)));
        Assert.Contains("\"Jobs\"", script.Replace("[Jobs]", "\"Jobs\""));
    }

    [Fact]
    public void The_script_for_SQL_Server_is_TSql_of_2019() => Assert.Empty(TSql.Errors(Script(DatabaseProvider.SqlServer)));

    [Theory]
    [InlineData("CREATE TABLE [Jobs] (", "CREATE TABLE [Jobs] ((")]
    [InlineData("WHERE [NextAttemptAt] IS NOT NULL", "WHERE \"NextAttemptAt\" IS NOT NULL")]
    [InlineData("WHERE [NextAttemptAt] IS NOT NULL", "WHERE [NextAttemptAt] IS NOT")]
    public void A_broken_one_is_not(string right, string wrong)
    {
        var script = Script(DatabaseProvider.SqlServer);
        Assert.Contains(right, script);
        Assert.NotEmpty(TSql.Errors(script.Replace(right, wrong)));
    }

    private static string Script(DatabaseProvider provider)
    {
        var script = "";
        // SQLite has no conditional statements: there is no script that looks what is there already.
        var options = provider == DatabaseProvider.Sqlite
            ? MigrationsSqlGenerationOptions.Default
            : MigrationsSqlGenerationOptions.Idempotent;
        Use(provider, db => script = db.GetService<IMigrator>().GenerateScript(options: options));
        return script;
    }

    // No connection is opened.
    private static void Use(DatabaseProvider provider, Action<DispatchDbContext> look)
    {
        var database = new DatabaseOptions
        {
            Provider = provider,
            ConnectionString = provider switch
            {
                DatabaseProvider.Sqlite => "Data Source=none.db",
                DatabaseProvider.Postgres => "Host=none;Database=none",
                DatabaseProvider.SqlServer => "Server=none;Database=none",
            },
        };
        using var services = new ServiceCollection().AddDispatchDatabase(database, "/").BuildServiceProvider();
        using var db = services.GetRequiredService<IDbContextFactory<DispatchDbContext>>().CreateDbContext();
        look(db);
    }
}
