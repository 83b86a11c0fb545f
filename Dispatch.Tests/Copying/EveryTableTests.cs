using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Data.Copying;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dispatch.Tests.Copying;

/// <summary>Nothing that the model has, or will have, is forgotten.</summary>
public sealed class EveryTableTests
{
    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Fact]
    public async Task Every_table_is_moved_or_named_as_left_behind()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var db = await database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var moved = CopiedTables.Of(db.Model).Select(table => table.RowType).ToArray();

        var all = db.Model.GetEntityTypes().Where(entity => !entity.IsOwned()).Select(entity => entity.ClrType).ToArray();
        Assert.Equal(all.OrderBy(type => type.FullName), moved.Concat(CopiedTables.ExcludedTables).OrderBy(type => type.FullName));
        Assert.All(db.Model.GetEntityTypes().Where(entity => !entity.IsOwned()), entity => Assert.All(entity.GetForeignKeys(),
            key => Assert.True(
                Array.IndexOf(moved, key.PrincipalEntityType.ClrType) < Array.IndexOf(moved, entity.ClrType),
                $"{entity.DisplayName()} comes before what it refers to")));
    }

    [Theory, MemberData(nameof(Providers))]
    public Task Every_column_of_every_table_arrives_from_SQLite(DatabaseProvider target) =>
        Every_column_arrives(DatabaseProvider.Sqlite, target);

    [Theory, MemberData(nameof(Providers))]
    public Task Every_column_of_every_table_arrives_from_PostgreSQL(DatabaseProvider target) =>
        Every_column_arrives(DatabaseProvider.Postgres, target);

    private static async Task Every_column_arrives(DatabaseProvider from, DatabaseProvider to)
    {
        await using var source = await CopyTestDatabase.CreateAsync(from);
        await using var target = await CopyTestDatabase.CreateAsync(to);
        await source.UseAsync(async db =>
        {
            var samples = new SampleRows();
            db.AddRange(CopiedTables.Of(db.Model).Select(table => samples.Make(db.Model.FindEntityType(table.RowType)!)).ToArray());
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        });

        var result = await DataCopier.CopyAsync(
            source.As("--from"), target.As("--to"), "/", new MoveWatch(), TestContext.Current.CancellationToken);

        Assert.True(result.CountsMatch);
        Assert.Equal(0, result.Repaired);
        var expected = await source.UseAsync(AllValuesAsync);
        Assert.True(expected.Count > 100);
        Assert.Equal(expected, await target.UseAsync(AllValuesAsync));
        Assert.Equal(0, await source.UseAsync(db => db.CopyMarks.CountAsync()) + await target.UseAsync(db => db.CopyMarks.CountAsync()));
    }

    private static async Task<List<string>> AllValuesAsync(DispatchDbContext db)
    {
        var values = new List<string>();
        foreach (var table in CopiedTables.Of(db.Model))
        {
            var entity = db.Model.FindEntityType(table.RowType)!;
            values.AddRange(SampleRows.Values(entity, await OnlyAsync(db, entity)).Select(value => $"{table.Name}.{value}"));
        }

        return values;
    }

    private static Task<object> OnlyAsync(DispatchDbContext db, IEntityType entity) =>
        (Task<object>)typeof(EveryTableTests)
            .GetMethod(nameof(OnlyOfAsync), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(entity.ClrType).Invoke(null, [db])!;

    private static async Task<object> OnlyOfAsync<TRow>(DispatchDbContext db)
        where TRow : class => await db.Set<TRow>().AsNoTracking().SingleAsync(TestContext.Current.CancellationToken);
}
