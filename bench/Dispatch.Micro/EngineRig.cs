using Dispatch.Data;
using Dispatch.Execution;
using Dispatch.Inboxes;
using Dispatch.Jobs;
using Dispatch.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dispatch.Micro;

/// <summary>The engine's writer on a real database with a history: one host, one project with a key, and jobs that are done.</summary>
internal sealed class EngineRig : IAsyncDisposable
{
    /// <summary>Done jobs of the last week, so that indexes have the depth of a database in use.</summary>
    private const int History = 100_000;

    private static readonly TimeProvider Clock = TimeProvider.System;

    private readonly string folder = Directory.CreateTempSubdirectory("dispatch-micro-").FullName;
    private readonly HostIdentity host = new();
    private ServiceProvider services = null!;

    public Guid AccountId { get; } = Guid.CreateVersion7();

    public Guid ProjectId { get; } = Guid.CreateVersion7();

    public Guid KeyId { get; } = Guid.CreateVersion7();

    public Guid HostId => host.Id;

    public GroupCommit Commits { get; private set; } = null!;

    public JobStore Store { get; private set; } = null!;

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
        Commits = new GroupCommit(contexts, new JobBatch(host, Clock), feed, Clock, NullLogger<GroupCommit>.Instance);
        await Commits.StartAsync(CancellationToken.None);
        Store = new JobStore(Commits, contexts, host, new Lease(new DatabaseOptions(), Clock), Clock);   // SQLite's lease, which is never lost
    }

    private async Task FillAsync(DispatchDbContext db)
    {
        var now = Clock.NowMs();
        db.Hosts.Add(new Host { Id = host.Id, Name = host.Name, StartedAt = now, LastSeenAt = now });
        db.Projects.Add(new Project { Id = ProjectId, AccountId = AccountId, Name = "micro", SecretCipher = new string('c', 200), InboxToken = InboxToken.Create(), CreatedAt = now });
        db.ApiKeys.Add(new ApiKey { Id = KeyId, ProjectId = ProjectId, Label = "micro", Hash = new byte[32], LastFour = "0000", CreatedAt = now });
        await db.SaveChangesAsync();

        await using var transaction = await db.Database.BeginTransactionAsync();
        var week = TimeSpan.FromDays(7).TotalMilliseconds;
        foreach (var some in Enumerable.Range(0, History).Chunk(10_000))
        {
            await db.InsertRowsAsync([.. some.Select(at => Done(now - (long)(week * (History - at) / History)))]);
        }

        await transaction.CommitAsync();
        if (db.Provider == DatabaseProvider.Postgres) await db.Database.ExecuteSqlRawAsync("ANALYZE");   // what autovacuum would have done by then
    }

    private Job Done(long at) => new()
    {
        Id = Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(at)),
        AccountId = AccountId,
        ProjectId = ProjectId,
        Title = Sample.Title,
        WebhookUrl = Sample.WebhookUrl,
        Payload = Sample.Payload,
        FireAt = at,
        Status = JobStatus.Success,
        Attempt = 1,
        CreatedAt = at,
        UpdatedAt = at,
    };
}
