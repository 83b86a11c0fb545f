using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Data;

public sealed class SchemaTests
{
    /// <summary>
    /// The API counts characters, databases count UTF-16 units: 200 emoji are 400 of them. SQLite does not look, the others do.
    /// </summary>
    [Theory]
    [InlineData(typeof(Job), nameof(Job.Title))]
    [InlineData(typeof(Project), nameof(Project.Name))]
    [InlineData(typeof(ApiKey), nameof(ApiKey.Label))]
    public async Task Two_hundred_characters_of_any_kind_fit(Type entity, string property)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var db = await database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        Assert.Equal(400, db.Model.FindEntityType(entity)!.FindProperty(property)!.GetMaxLength());
    }
}
