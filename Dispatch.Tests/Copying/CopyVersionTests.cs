using Dispatch.Counters;
using Dispatch.Data.Copying;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Copying;

/// <summary>Databases of earlier and of later versions.</summary>
public sealed class CopyVersionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_source_from_before_the_first_release_is_refused()
    {
        await using var source = await CopyTestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var target = await CopyTestDatabase.CreateAsync(DatabaseProvider.Postgres);
        await source.UseAsync(UnreleasedDatabase.MarkAsync);

        var refused = await Assert.ThrowsAsync<CopyException>(() =>
            DataCopier.CopyAsync(source.As("--from"), target.As("--to"), "/", new MoveWatch(), Cancellation));

        Assert.Contains("from before the first release", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await target.UseAsync(db => db.Jobs.CountAsync()));
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite, DatabaseProvider.Postgres)]
    [InlineData(DatabaseProvider.Postgres, DatabaseProvider.Sqlite)]
    public async Task A_source_of_an_earlier_version_is_updated_and_moved(DatabaseProvider from, DatabaseProvider to)
    {
        await using var source = await CopyTestDatabase.CreateAsync(from);
        await using var target = await CopyTestDatabase.CreateAsync(to);
        await source.FillAsync(10);
        await source.DowngradeAsync();
        await target.DowngradeAsync();   // empty, so that it is updated as well
        var watch = new MoveWatch();

        var result = await DataCopier.CopyAsync(source.As("--from"), target.As("--to"), "/", watch, Cancellation);

        Assert.True(result.CountsMatch);
        Assert.Contains(watch.Said, sentence => sentence.StartsWith("The source is of an earlier version", StringComparison.Ordinal));
        Assert.Equal(10, await target.UseAsync(db => db.Jobs.CountAsync(job => job.Generation == 0, Cancellation)));
        foreach (var side in (CopyTestDatabase[])[source, target])
            Assert.Empty(await side.UseAsync(db => db.Database.GetPendingMigrationsAsync(Cancellation)));
    }

    [Fact]
    public async Task A_target_with_accounts_of_an_earlier_version_is_refused_untouched()
    {
        await using var source = await CopyTestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var target = await CopyTestDatabase.CreateAsync(DatabaseProvider.Postgres);
        await target.UseAsync(async db =>
        {
            db.Users.Add(new Dispatch.Model.Account { Id = Guid.CreateVersion7(), UserName = "ada@example.com" });
            await db.SaveChangesAsync(Cancellation);
        });
        await target.DowngradeAsync();

        var refused = await Assert.ThrowsAsync<CopyException>(() =>
            DataCopier.CopyAsync(source.As("--from"), target.As("--to"), "/", new MoveWatch(), Cancellation));

        Assert.Contains("it holds the accounts of an earlier version", refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(await target.UseAsync(db => db.Database.GetPendingMigrationsAsync(Cancellation)));
    }

    [Fact]
    public async Task A_source_of_a_later_version_is_refused()
    {
        await using var source = await CopyTestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var target = await CopyTestDatabase.CreateAsync(DatabaseProvider.Postgres);
        await source.UseAsync(db => db.Database.ExecuteSqlRawAsync(
            "INSERT INTO \"__EFMigrationsHistory\" VALUES ('29990101000000_Later', '99.0.0')", Cancellation));

        var refused = await Assert.ThrowsAsync<CopyException>(() =>
            DataCopier.CopyAsync(source.As("--from"), target.As("--to"), "/", new MoveWatch(), Cancellation));

        Assert.Contains("newer version", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_from_before_the_first_release_is_refused_before_it_is_touched()
    {
        await using var source = await CopyTestDatabase.CreateAsync(DatabaseProvider.Postgres);
        await using var target = await CopyTestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await target.UseAsync(UnreleasedDatabase.MarkAsync);

        var refused = await Assert.ThrowsAsync<CopyException>(() =>
            DataCopier.CopyAsync(source.As("--from"), target.As("--to"), "/", new MoveWatch(), Cancellation));

        Assert.Contains("from before the first release", refused.Message, StringComparison.Ordinal);
        Assert.Single(await target.UseAsync(db => db.Database.GetAppliedMigrationsAsync(Cancellation)));
    }
}
