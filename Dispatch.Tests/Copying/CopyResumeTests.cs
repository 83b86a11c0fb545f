using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Data.Copying;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Copying;

/// <summary>A move that is cut off, and carried on.</summary>
public sealed class CopyResumeTests
{
    private const int Jobs = 50_000;
    private const int AllRows = Jobs + (Jobs / 2);   // with the attempts

    [Theory]
    [InlineData(DatabaseProvider.Sqlite, DatabaseProvider.Postgres)]
    [InlineData(DatabaseProvider.Postgres, DatabaseProvider.Sqlite)]
    public async Task Killed_at_random_moments_it_is_complete_in_the_end_and_nothing_is_doubled(DatabaseProvider from, DatabaseProvider to)
    {
        await using var source = await CopyTestDatabase.CreateAsync(from);
        await using var target = await CopyTestDatabase.CreateAsync(to);
        await source.FillAsync(Jobs);
        string[] command = ["migrate-data", "--from", source.Text, "--to", target.Text];
        var random = new Random(20261124);

        var (kept, cuts) = (0, 0);
        (int ExitCode, string Output)? ended = null;
        while (ended is null && cuts < 6 && kept < AllRows)   // once all rows are there, nothing says how far the next command has come
        {
            await using var cut = CommandProcess.Start(source.Folder, command);
            await CopiedAsync(cut, target, kept + random.Next(1, 8_000));
            await Task.Delay(random.Next(30), TestContext.Current.CancellationToken);
            if (cuts % 3 == 2) await cut.InterruptAsync();
            else await cut.KillAsync();
            if (cut.ExitCode == 0) ended = (0, cut.Output);   // it was quicker
            else if (cuts++ % 3 == 2)
                Assert.True(cut.ExitCode == 1 && cut.Output.Contains("Stopped", StringComparison.Ordinal), cut.Output);
            kept = await target.UseAsync(RowsAsync);
        }

        Assert.True(cuts > 0, "no cut came in the middle");
        var (exitCode, output) = ended ?? await CommandProcess.RunAsync(source.Folder, command);

        Assert.True(exitCode == 0, output);
        Assert.Contains("goes on", output, StringComparison.Ordinal);
        Assert.Equal(await source.UseAsync(AllJobsAsync), await target.UseAsync(AllJobsAsync));
        Assert.Equal(await source.UseAsync(AllAttemptsAsync), await target.UseAsync(AllAttemptsAsync));
        Assert.Equal(0, await source.UseAsync(db => db.CopyMarks.CountAsync()) + await target.UseAsync(db => db.CopyMarks.CountAsync()));
    }

    [Fact]
    public async Task A_server_that_stops_in_between_is_said_and_the_same_command_goes_on()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var source = await CopyTestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await source.FillAsync(10_000);
        var end = new CopyEndpoint("--to", new DatabaseOptions
        {
            Provider = DatabaseProvider.Postgres,
            ConnectionString = server.ConnectionString("moved"),
        });
        Task<CopyResult> CopyAsync(Func<CopyProgress, Task>? during = null) => DataCopier.CopyAsync(
            source.As("--from"), end, "/", new MoveWatch(during), TestContext.Current.CancellationToken);

        var stopped = await Assert.ThrowsAsync<CopyException>(() => CopyAsync(async progress =>
        {
            if (progress.Rows > 4_000) await server.StopAsync();
        }));
        Assert.Matches("^--to: the PostgreSQL database moved at .* says: .* Give the same command again", stopped.Message);
        await server.StartAgainAsync();

        var moved = await CopyAsync();
        Assert.True(moved.CountsMatch);
        Assert.InRange(moved.Copied, 1, 11_001);
    }

    [Fact]
    public async Task A_host_does_not_start_on_a_half_filled_target()
    {
        await using var source = await CopyTestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var target = await CopyTestDatabase.CreateAsync(DatabaseProvider.Postgres);
        await CutOffAsync(source, target);

        var refused = await Assert.ThrowsAsync<StartupException>(() => TestHost.StartAsync(DatabaseServers.AsSettings(target.Options)));

        Assert.Contains("migrate-data has not finished", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_was_started_on_the_source_in_between_makes_the_copy_void()
    {
        await using var source = await CopyTestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var target = await CopyTestDatabase.CreateAsync(DatabaseProvider.Postgres);
        await CutOffAsync(source, target);
        await (await TestHost.StartOnAsync(source.Folder, DatabaseServers.AsSettings(source.Options))).DisposeAsync();

        var refused = await Assert.ThrowsAsync<CopyException>(() => CopyAsync(source, target));

        Assert.Contains("before a host was started", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_started_on_the_source_while_rows_are_moved_is_noticed()
    {
        await using var source = await CopyTestDatabase.CreateAsync(DatabaseProvider.Postgres);
        await using var target = await CopyTestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await source.FillAsync(10);
        TestHost? intruder = null;

        var refused = await Assert.ThrowsAsync<CopyException>(() => CopyAsync(
            source,
            target,
            async _ => intruder ??= await TestHost.StartAsync(DatabaseServers.AsSettings(source.Options))));
        await intruder!.DisposeAsync();

        Assert.Contains("before a host was started", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_commands_on_one_target_the_later_goes_on_and_the_earlier_stops()
    {
        await using var source = await CopyTestDatabase.CreateAsync(DatabaseProvider.Postgres);
        await using var target = await CopyTestDatabase.CreateAsync(DatabaseProvider.Postgres);
        await source.FillAsync(5_000);
        var hasBegun = false;

        var stopped = await Assert.ThrowsAsync<CopyException>(() => CopyAsync(source, target, async progress =>
        {
            if (hasBegun || progress.Table != "Jobs") return;
            hasBegun = true;
            Assert.True((await CopyAsync(source, target)).CountsMatch);
        }));

        Assert.Contains("another migrate-data", stopped.Message, StringComparison.Ordinal);
        Assert.Equal(await source.UseAsync(AllJobsAsync), await target.UseAsync(AllJobsAsync));
    }

    private static Task<CopyResult> CopyAsync(CopyTestDatabase source, CopyTestDatabase target, Func<CopyProgress, Task>? during = null) =>
        DataCopier.CopyAsync(source.As("--from"), target.As("--to"), "/", new MoveWatch(during), TestContext.Current.CancellationToken);

    /// <summary>Begins a move and ends it after the first rows.</summary>
    private static async Task CutOffAsync(CopyTestDatabase source, CopyTestDatabase target)
    {
        await source.FillAsync(5_000);
        using var cut = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DataCopier.CopyAsync(
            source.As("--from"), target.As("--to"), "/", new MoveWatch(_ => cut.CancelAsync()), cut.Token));
    }

    private static async Task CopiedAsync(CommandProcess command, CopyTestDatabase target, int rows)
    {
        while (!command.HasEnded && await target.UseAsync(RowsAsync) < Math.Min(rows, AllRows))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<int> RowsAsync(DispatchDbContext db) => await db.Jobs.CountAsync() + await db.Attempts.CountAsync();

    private static Task<List<Job>> JobsAsync(DispatchDbContext db) => db.Jobs.AsNoTracking().OrderBy(job => job.Id).ToListAsync();

    private static async Task<IEnumerable<string>> AllJobsAsync(DispatchDbContext db) =>
        (await JobsAsync(db)).Select(job => $"{job.Id} {job.Title} {job.Status} {job.NextAttemptAt}");

    private static async Task<IEnumerable<string>> AllAttemptsAsync(DispatchDbContext db) =>
        (await db.Attempts.AsNoTracking().OrderBy(attempt => attempt.Id).ToListAsync())
            .Select(attempt => $"{attempt.Id} {attempt.JobId} {attempt.FiredAt}");
}
