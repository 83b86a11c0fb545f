using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dispatch.Tests.Writing;

/// <summary>
/// The writer's connection breaks at the worst moment: the batch is durable, and a question about a locked row has no answer.
/// </summary>
public sealed class BrokenConnectionTests
{
    private const string Name = "behind the relay";

    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task A_write_that_is_durable_succeeds_though_the_question_about_another_gets_no_answer()
    {
        DatabaseServers.SkipWhereMissing(DatabaseProvider.Postgres);
        await using var rig = await StoreRig.StartAsync(DatabaseProvider.Postgres);
        var (locked, first, second) = (await rig.InsertAsync(rig.Now + 60_000), rig.NewJob(rig.Now), rig.NewJob(rig.Now));
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        await using var near = new NpgsqlConnection(db.Database.GetConnectionString());
        await near.OpenAsync(TestContext.Current.CancellationToken);
        await using var relay = DelayRelay.To(new NpgsqlConnectionStringBuilder(near.ConnectionString).Port, OneWay);
        await using var services = Behind(relay, db.Database.GetConnectionString()!);
        var (_, store) = await rig.JoinAsync(services.GetRequiredService<IDbContextFactory<DispatchDbContext>>());

        await using var stranger = await near.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(near, $"SELECT 1 FROM \"Jobs\" WHERE \"Id\" = '{locked.Id}' FOR UPDATE");
        var before = store.InsertAsync(first, keyId: null);
        await IsStoredAsync(db, first.Id);   // its answer is still on the way, so the next two writes share a batch
        var insert = store.InsertAsync(second, keyId: null);
        var cancel = store.CancelAsync(locked.Id, rig.ProjectId);
        await IsStoredAsync(db, second.Id);   // the question comes when the answer has arrived
        await ExecuteAsync(near, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{Name}'");

        Assert.True(await before);
        Assert.True(await insert);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => cancel);
    }

    private static ServiceProvider Behind(DelayRelay relay, string direct) => new ServiceCollection()
        .AddDispatchDatabase(
            new DatabaseOptions
            {
                Provider = DatabaseProvider.Postgres,
                ConnectionString = new NpgsqlConnectionStringBuilder(direct)
                {
                    Port = relay.Port, ApplicationName = Name, Pooling = false
                }.ToString()
            },
            contentRoot: "")
        .BuildServiceProvider();

    // The answer to the host takes 100 ms from here on.
    private static async Task IsStoredAsync(DispatchDbContext db, Guid jobId)
    {
        while (!await db.Jobs.AnyAsync(j => j.Id == jobId, TestContext.Current.CancellationToken)) await Task.Delay(5);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
