using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Faults;

/// <summary>
/// First starts on an empty database: killed in the middle (scenario 18 of reliability.md), two at once, and those that are refused.
/// </summary>
public sealed class FirstStartTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_host_killed_during_its_first_start_on_SQLite_starts_the_next_time()
    {
        var random = new Random(18);
        for (var i = 0; i < 6; i++)
        {
            var fresh = Folder(i);
            await using (var killed = HostProcess.Launch(fresh))
            {
                var file = Path.Combine(fresh, "data", "dispatch.db");
                while (!File.Exists(file)) await Task.Delay(1, TestContext.Current.CancellationToken);
                await Task.Delay(random.Next(0, 150), TestContext.Current.CancellationToken);
                await killed.KillAsync();
            }

            await using var next = await HostProcess.StartAsync(fresh);
        }
    }

    [Fact]
    public async Task A_host_killed_during_its_first_start_on_PostgreSQL_starts_the_next_time()
    {
        var random = new Random(18);
        var withoutTables = 0;
        for (var i = 0; i < 4; i++)
        {
            var database = await DatabaseServers.CreateEmptyPostgresAsync();
            var settings = DatabaseServers.AsSettings(database);
            await using (var killed = HostProcess.Launch(Folder(i), settings))
            {
                await ConnectsAsync(database);
                await Task.Delay(random.Next(0, 1500), TestContext.Current.CancellationToken);
                await killed.KillAsync();
            }

            if (!await UseAsync(
                    database, async db => (await db.Database.GetAppliedMigrationsAsync(TestContext.Current.CancellationToken)).Any()))
                withoutTables++;
            await using (var next = await HostProcess.StartAsync(Folder(i), settings))
            {
                using var user = await ApiUser.SignUpAsync(next.Url);
            }

            await DatabaseServers.DropAsync(database);
        }

        TestContext.Current.SendDiagnosticMessage(
            $"scenario 18 on PostgreSQL: 4 first starts killed, {withoutTables} of them before the first migration was committed; "
            + "every next start worked");
    }

    /// <summary>
    /// They race for the tables, and for the key that encrypts what both must read:
    /// with a key each, the one could not sign with a secret of the other.
    /// </summary>
    [Fact]
    public async Task Two_hosts_started_at_one_instant_on_an_empty_PostgreSQL_are_one_installation()
    {
        for (var i = 0; i < 5; i++)
        {
            var database = await DatabaseServers.CreateEmptyPostgresAsync();
            var settings = DatabaseServers.AsSettings(database);
            await using (var one = HostProcess.Launch(Folder(2 * i), settings))
            await using (var other = HostProcess.Launch(Folder((2 * i) + 1), settings))
            {
                await Task.WhenAll(one.WaitUntilReadyAsync(), other.WaitUntilReadyAsync());
                var users = await Task.WhenAll(ApiUser.SignUpAsync(one.Url), ApiUser.SignUpAsync(other.Url));
                Assert.Equal(1, await UseAsync(
                    database, db => db.Users.CountAsync(account => account.IsOperator, TestContext.Current.CancellationToken)));
                using var here = users[0];
                using var there = here.At(other.Url);
                users[1].Dispose();
                Assert.Equal(1, await UseAsync(database, db => db.DataProtectionKeys.CountAsync(TestContext.Current.CancellationToken)));

                var secret = (await there.DataAsync(HttpMethod.Post, $"projects/{there.ProjectId}/signing-secret/rotate"))
                    .GetProperty("secret").GetString();
                Assert.Equal(
                    secret,
                    (await here.DataAsync(HttpMethod.Get, $"projects/{here.ProjectId}/signing-secret")).GetProperty("secret").GetString());
            }

            await DatabaseServers.DropAsync(database);
        }
    }

    [Fact]
    public async Task A_second_host_on_the_same_SQLite_file_is_refused_with_a_sentence()
    {
        await using var first = await HostProcess.StartAsync(folder.Path);
        await using var second = HostProcess.Launch(folder.Path);
        Assert.Equal(1, await second.WaitForExitAsync());
        Assert.Contains("another Dispatch host is using", second.Output);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_host_whose_address_is_taken_ends_with_a_sentence(DatabaseProvider provider)
    {
        var database = await DatabaseServers.CreateAsync(provider, folder.Path);
        await using var taken = await Receiver.StartAsync();
        await using var host = HostProcess.Launch(folder.Path, [.. DatabaseServers.AsSettings(database), $"--urls={taken.Url}"]);
        Assert.Equal(1, await host.WaitForExitAsync());
        Assert.Contains("Choose another with --urls", host.Output);
        Assert.DoesNotContain("Unhandled exception", host.Output);
        await DatabaseServers.DropAsync(database);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_database_from_before_the_first_release_is_refused_with_a_sentence_that_says_what_to_do(DatabaseProvider provider)
    {
        var database = await DatabaseServers.CreateAsync(provider, folder.Path);
        await UseAsync(database, async db =>
        {
            await db.Database.MigrateAsync(TestContext.Current.CancellationToken);
            await UnreleasedDatabase.MarkAsync(db);
            return true;
        });

        await using var host = HostProcess.Launch(folder.Path, [.. DatabaseServers.AsSettings(database)]);

        Assert.Equal(1, await host.WaitForExitAsync());
        Assert.Matches("Database:ConnectionString: .* from before the first release, .* use a new, empty database", host.Output);
        Assert.DoesNotContain("already exists", host.Output);
        Assert.DoesNotContain("Unhandled exception", host.Output);
        await DatabaseServers.DropAsync(database);
    }

    /// <summary>SQLite decides that when it writes the first page, and never again.</summary>
    [Fact]
    public async Task A_new_SQLite_file_can_give_freed_space_back()
    {
        await using (await HostProcess.StartAsync(folder.Path))
        {
        }

        var database = new DatabaseOptions { ConnectionString = $"Data Source={folder.Path}/data/dispatch.db" };
        const int incremental = 2;
        Assert.Equal(incremental, await UseAsync(database, db => db.Database
            .SqlQuery<int>($"""SELECT "auto_vacuum" AS "Value" FROM pragma_auto_vacuum""")
            .SingleAsync(TestContext.Current.CancellationToken)));
    }

    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    private string Folder(int at) => Directory.CreateDirectory(Path.Combine(folder.Path, $"{at}")).FullName;

    /// <summary>Ends when a host has a connection to it.</summary>
    private static async Task ConnectsAsync(DatabaseOptions database)
    {
        while (!await UseAsync(database, async db => await db.Database
            .SqlQuery<int>(
                $"""SELECT count(*)::int AS "Value" FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()""")
            .SingleAsync(TestContext.Current.CancellationToken) > 0))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<T> UseAsync<T>(DatabaseOptions database, Func<DispatchDbContext, Task<T>> use)
    {
        var unpooled = new DatabaseOptions
        {
            Provider = database.Provider,
            ConnectionString = database.ConnectionString + ";Pooling=false"
        };
        await using var services = new ServiceCollection().AddDispatchDatabase(unpooled, "/").BuildServiceProvider();
        await using var db = await services.GetRequiredService<IDbContextFactory<DispatchDbContext>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        return await use(db);
    }
}
