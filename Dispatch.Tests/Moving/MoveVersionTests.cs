using Dispatch.Accounts;
using Dispatch.Data.Moving;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Dispatch.Tests.Moving;

/// <summary>Databases of earlier and of later versions.</summary>
public sealed class MoveVersionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_source_of_an_earlier_version_is_brought_up_to_date_first()
    {
        await using var source = await MoveDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var target = await MoveDatabase.CreateAsync(DatabaseProvider.Postgres);
        await source.FillAsync(4);
        await source.UseAsync(db => db.GetService<IMigrator>().MigrateAsync("Initial", Cancellation));
        var watch = new MoveWatch();

        var moved = await DataMover.MoveAsync(source.As("--from"), target.As("--to"), "/", watch, Cancellation);

        Assert.True(moved.Agrees);
        Assert.Contains("of an earlier version", watch.Said[0], StringComparison.Ordinal);
        Assert.Equal(4, await target.UseAsync(db => db.Jobs.CountAsync()));
        Assert.Equal(2, await target.UseAsync(db => db.ProjectTallies.SumAsync(tally => tally.Success)));
    }

    [Fact]
    public async Task A_source_of_a_later_version_is_refused()
    {
        await using var source = await MoveDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var target = await MoveDatabase.CreateAsync(DatabaseProvider.Postgres);
        await source.UseAsync(db => db.Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsHistory\" VALUES ('29990101000000_Later', '99.0.0')", Cancellation));

        var refused = await Assert.ThrowsAsync<MoveException>(() => DataMover.MoveAsync(source.As("--from"), target.As("--to"), "/", new MoveWatch(), Cancellation));

        Assert.Contains("newer version", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_of_an_earlier_version_with_accounts_is_refused_before_it_is_touched()
    {
        await using var source = await MoveDatabase.CreateAsync(DatabaseProvider.Postgres);
        await using var target = await MoveDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await target.UseAsync(async db =>
        {
            db.Users.Add(new Account { Id = Guid.CreateVersion7(), Email = "ada@example.com" });
            await db.SaveChangesAsync(Cancellation);
            await db.GetService<IMigrator>().MigrateAsync("Initial", Cancellation);
        });

        var refused = await Assert.ThrowsAsync<MoveException>(() => DataMover.MoveAsync(source.As("--from"), target.As("--to"), "/", new MoveWatch(), Cancellation));

        Assert.Contains("of an earlier version", refused.Message, StringComparison.Ordinal);
        Assert.Single(await target.UseAsync(db => db.Database.GetAppliedMigrationsAsync(Cancellation)));
    }
}
