using Dispatch.Data;
using Dispatch.Live;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Time;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dispatch.Micro;

/// <summary>
/// The engine's writer on a real database in use: one host, one project with a key, and jobs that are done, on the wire, and to come.
/// </summary>
internal sealed class EngineRig : IAsyncDisposable
{
    /// <summary>Of the last week.</summary>
    private const int Done = 100_000;

    /// <summary>At receivers that are slow to answer.</summary>
    private const int OnTheWire = 2_000;

    /// <summary>Due in the week that begins tomorrow.</summary>
    private const int Ahead = 100_000;

    private const long Day = 86_400_000;

    private static readonly TimeProvider Clock = TimeProvider.System;

    private readonly string folder = Directory.CreateTempSubdirectory("dispatch-micro-").FullName;
    private readonly HostIdentity host = new();
    private ServiceProvider services = null!;

    public Guid AccountId { get; } = Guid.CreateVersion7();

    public Guid ProjectId { get; } = Guid.CreateVersion7();

    public Guid KeyId { get; } = Guid.CreateVersion7();

    public Guid HostId => host.Id;

    public WriteQueue Commits { get; private set; } = null!;

    public static async Task<EngineRig> StartAsync(DatabaseProvider provider)
    {
        var rig = new EngineRig();
        var database = provider switch
        {
            DatabaseProvider.Sqlite => new DatabaseOptions { ConnectionString = $"Data Source={Path.Combine(rig.folder, "micro.db")}" },
            DatabaseProvider.Postgres => await Postgres.CreateDatabaseAsync(),
            DatabaseProvider.SqlServer => throw new NotSupportedException("No SQL Server is started for this."),
        };
        await rig.OpenAsync(database);
        return rig;
    }

    public async ValueTask DisposeAsync()
    {
        await Commits.StopAsync(CancellationToken.None);
        Commits.Dispose();
        await services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private async Task OpenAsync(DatabaseOptions database)
    {
        services = new ServiceCollection().AddDispatchDatabase(database, folder).BuildServiceProvider();
        var contexts = services.GetRequiredService<IDbContextFactory<DispatchDbContext>>();
        await using (var db = await contexts.CreateDbContextAsync())
        {
            await db.Database.MigrateAsync();
            await FillAsync(db);
        }

        var feed = new JobFeed(contexts, Clock, NullLogger<JobFeed>.Instance);   // nobody listens, as nearly always
        Commits = new WriteQueue(
            contexts, host, feed.WriterEvents, new WriteHealth(NullLogger<WriteHealth>.Instance), Clock, NullLogger<WriteQueue>.Instance);
        await Commits.StartAsync(CancellationToken.None);
    }

    private async Task FillAsync(DispatchDbContext db)
    {
        var now = Clock.NowMs();
        db.Hosts.Add(new Host { Id = host.Id, Name = host.Name, StartedAt = now, LastSeenAt = now });
        db.Projects.Add(new Project
        {
            Id = ProjectId, AccountId = AccountId, Name = "micro", SecretCipher = new string('c', 200),
            InboxToken = InboxToken.Create(), CreatedAt = now
        });
        db.ApiKeys.Add(new ApiKey
        {
            Id = KeyId, ProjectId = ProjectId, Label = "micro", Hash = new byte[32], LastFour = "0000", CreatedAt = now
        });
        await db.SaveChangesAsync();

        await using var transaction = await db.Database.BeginTransactionAsync();
        Job Old(long createdAt, JobStatus status, long fireAt, long? nextAttemptAt = null, Guid? armedBy = null) => new()
        {
            Id = Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(createdAt)), AccountId = AccountId, ProjectId = ProjectId,
            Title = Sample.Title, WebhookUrl = Sample.WebhookUrl, Payload = Sample.Payload,
            Status = status, FireAt = fireAt, NextAttemptAt = nextAttemptAt, ArmedBy = armedBy,
            CreatedAt = createdAt, UpdatedAt = createdAt,
        };
        await InsertAsync(Week(Done, now - (7 * Day)).Select(at => Old(at, JobStatus.Success, at + 1000)));
        await InsertAsync(Week(Ahead, now + Day).Select(at => Old(at - (8 * Day), JobStatus.Scheduled, at, at)));
        await InsertAsync(Enumerable.Range(0, OnTheWire).Select(at => Old(now - 9000, JobStatus.Firing, now - 8000, now - 8000, host.Id)));
        await transaction.CommitAsync();
        // What autovacuum would have done by then.
        if (db.Provider == DatabaseProvider.Postgres) await db.Database.ExecuteSqlRawAsync("ANALYZE");

        async Task InsertAsync(IEnumerable<Job> jobs)
        {
            foreach (var some in jobs.Chunk(10_000)) await db.InsertRowsAsync(some);
        }
    }

    /// <summary>So many instants of the seven days from then on, evenly.</summary>
    private static IEnumerable<long> Week(int count, long from) => Enumerable.Range(0, count).Select(at => from + (7 * Day * at / count));
}
