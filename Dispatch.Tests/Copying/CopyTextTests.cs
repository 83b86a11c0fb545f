using Dispatch.Data.Copying;
using Dispatch.Settings;
using Dispatch.Web.Copying;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Copying;

/// <summary>Texts that one database keeps and another refuses; and the command's own.</summary>
public sealed class CopyTextTests
{
    [Fact]
    public async Task NUL_that_PostgreSQL_does_not_take_is_replaced_and_said()
    {
        await using var source = await CopyTestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var target = await CopyTestDatabase.CreateAsync(DatabaseProvider.Postgres);
        await source.UseAsync(async db =>
        {
            var samples = new SampleRows();
            db.AddRange(CopiedTables.Of(db.Model).Select(table => samples.Make(db.Model.FindEntityType(table.RowType)!)).ToArray());
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
            await db.Jobs.ExecuteUpdateAsync(set => set.SetProperty(job => job.Title, "a\0b😀"), TestContext.Current.CancellationToken);
            await db.Attempts.ExecuteUpdateAsync(
                set => set.SetProperty(attempt => attempt.ResponseBody, "\0"), TestContext.Current.CancellationToken);
            var passkey = await db.UserPasskeys.SingleAsync(TestContext.Current.CancellationToken);
            (passkey.Data.Name, passkey.Data.Transports) = ("my\0key", ["usb\0"]);
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        });

        var result = await DataCopier.CopyAsync(
            source.As("--from"), target.As("--to"), "/", new MoveWatch(), TestContext.Current.CancellationToken);

        Assert.Equal(4, result.Repaired);
        Assert.Contains(
            "4 texts held characters that Postgres does not take",
            CopyReport.Of(result, DatabaseProvider.Postgres),
            StringComparison.Ordinal);
        Assert.Equal("a\uFFFDb😀", await target.UseAsync(db => db.Jobs.Select(job => job.Title).SingleAsync()));
        Assert.Equal("my\uFFFDkey", (await target.UseAsync(db => db.UserPasskeys.AsNoTracking().SingleAsync())).Data.Name);
    }

    [Fact]
    public void Counts_that_differ_are_marked_and_no_success()
    {
        var result = new CopyResult([new("Jobs", 5, 5), new("Attempts", 7, 6)], 11, 0, TimeSpan.FromSeconds(1));

        var report = CopyReport.Of(result, DatabaseProvider.Postgres);

        Assert.False(result.CountsMatch);
        Assert.Matches(@"Attempts +7 +6   differs", report);
        Assert.Contains("the copy is not whole", report, StringComparison.Ordinal);
        Assert.DoesNotContain("Moved", report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, 0, "[............................]   0 %  0 of 1,000,000 rows, 0 rows/s, … left  Jobs")]
    [InlineData(412_000, 412_000, 20, "[###########.................]  41 %  412,000 of 1,000,000 rows, 20,600 rows/s, 29 s left  Jobs")]
    [InlineData(412_000, 2_000, 20, "[###########.................]  41 %  412,000 of 1,000,000 rows, 100 rows/s, 1 h 38 min left  Jobs")]
    [InlineData(999_999, 999_999, 100, "[###########################.]  99 %  999,999 of 1,000,000 rows, 10,000 rows/s, 0 s left  Jobs")]
    [InlineData(
        1_000_000, 1_000_000, 100,
        "[############################] 100 %  1,000,000 of 1,000,000 rows, 10,000 rows/s, 0 s left  Jobs")]
    public void The_bar_says_how_far_it_is(long rows, long copied, int seconds, string expected)
    {
        var progress = new CopyProgress("Jobs", rows, 1_000_000, copied, TimeSpan.FromSeconds(seconds));
        Assert.Equal(expected, CopyLine.Bar(progress, 200));
        Assert.Equal(expected[..40], CopyLine.Bar(progress, 40));
    }

    [Fact]
    public void The_bar_is_one_line_that_is_drawn_again()
    {
        using var terminal = new StringWriter();
        var watcher = new TerminalWatcher(terminal);
        watcher.Show(new("Jobs", 1, 10, 1, TimeSpan.FromSeconds(1)));
        watcher.Show(new("Jobs", 10, 10, 10, TimeSpan.FromSeconds(2)));   // too soon to be drawn, but the last
        watcher.Say("Done.");

        var drawn = terminal.ToString().Split('\r');
        Assert.Equal("", drawn[0]);
        Assert.StartsWith("[##..", drawn[1], StringComparison.Ordinal);
        Assert.Contains("100 %", drawn[2], StringComparison.Ordinal);
        Assert.EndsWith($"{Environment.NewLine}Done.{Environment.NewLine}", drawn[2], StringComparison.Ordinal);
    }
}
