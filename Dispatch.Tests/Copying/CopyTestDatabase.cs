using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Data.Copying;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Copying;

/// <summary>One side of a move: a database of the test's own with its tables.</summary>
internal sealed class CopyTestDatabase : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private ServiceProvider services = null!;

    private CopyTestDatabase()
    {
    }

    public DatabaseOptions Options { get; private set; } = null!;

    public string Folder => folder.Path;

    /// <summary>As the command takes it.</summary>
    public string Text => $"{Options.Provider}:{Options.ConnectionString}";

    public static async Task<CopyTestDatabase> CreateAsync(DatabaseProvider provider)
    {
        var database = new CopyTestDatabase();
        database.Options = await DatabaseServers.CreateAsync(provider, database.Folder);
        database.services = new ServiceCollection().AddDispatchDatabase(database.Options, database.Folder).BuildServiceProvider();
        await database.UseAsync(async db =>
        {
            await db.Database.MigrateAsync();
            return 0;
        });
        return database;
    }

    public CopyEndpoint As(string option) => new(option, Options);

    public async Task<T> UseAsync<T>(Func<DispatchDbContext, Task<T>> use)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<DispatchDbContext>>().CreateDbContextAsync();
        return await use(db);
    }

    public Task UseAsync(Func<DispatchDbContext, Task> use) => UseAsync(async db =>
    {
        await use(db);
        return 0;
    });

    /// <summary>Takes the tables back to those of the first version.</summary>
    public Task DowngradeAsync() => UseAsync(db => db.Database.MigrateAsync(db.Database.GetMigrations().First()));

    /// <summary>One project with that many jobs, half of them with an attempt, and the counters they have.</summary>
    public Task FillAsync(int jobs) => UseAsync(async db =>
    {
        var project = new Project
        {
            Id = Guid.CreateVersion7(),
            AccountId = Guid.CreateVersion7(),
            Name = "p",
            SecretCipher = "c",
            InboxToken = InboxToken.Create(),
            CreatedAt = 1,
        };
        var rows = Enumerable.Range(0, jobs).Select(at => Row(project, at)).ToArray();
        var attempts = rows.Where(job => job.Status == JobStatus.Success).Select(job => new Attempt
        {
            Id = Guid.CreateVersion7(),
            JobId = job.Id,
            Number = 1,
            Status = AttemptStatus.Success,
            ResponseCode = 200,
            ResponseBody = "ok",
            DurationMs = 1,
            LatenessMs = 0,
            FiredAt = job.FireAt,
        }).ToArray();
        var changes = new JobChanges(isWatched: false);
        foreach (var job in rows) changes.Inserted(job);

        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.InsertRowsAsync([project]);
        await db.InsertRowsAsync(rows);
        await db.InsertRowsAsync(attempts);
        db.Count(Guid.CreateVersion7(), changes.Counters);
        await transaction.CommitAsync();
    });

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await DatabaseServers.DropAsync(Options);
        folder.Dispose();
    }

    private static Job Row(Project project, int at) => new()
    {
        Id = Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000 + at)),
        AccountId = project.AccountId,
        ProjectId = project.Id,
        Title = $"Reminder {at}",
        WebhookUrl = "https://hooks.example.com/events",
        Payload = "{}"u8.ToArray(),
        FireAt = 4_000_000_000_000 + at,
        Status = at % 2 == 0 ? JobStatus.Scheduled : JobStatus.Success,
        NextAttemptAt = at % 2 == 0 ? 4_000_000_000_000 + at : null,
        CreatedAt = 1_700_000_000_000 + at,
        UpdatedAt = 1_700_000_000_000 + at,
    };
}

/// <summary>Keeps what is said, and does what a test wants while rows are on their way.</summary>
internal sealed class MoveWatch(Func<CopyProgress, Task>? during = null) : ICopyWatcher
{
    public List<string> Said { get; } = [];

    public void Say(string sentence) => Said.Add(sentence);

    public void Show(CopyProgress progress) => during?.Invoke(progress).GetAwaiter().GetResult();
}
