using Dispatch.Data;
using Dispatch.Hosts;
using Dispatch.Live;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Time;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Infrastructure;

/// <summary>
/// The engine's storage without the rest of the host:
/// one project, a clock the test sets, and hosts that may "die" and be followed by another.
/// </summary>
internal sealed class StoreRig : IAsyncDisposable
{
    private readonly List<WriteQueue> further = [];

    private StoreRig(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UnixEpoch.AddYears(60));

    /// <summary>One that is never lost.</summary>
    private Lease Lease => new(new DatabaseOptions(), Clock);

    public HostIdentity Host { get; private set; } = null!;

    public WriteQueue Commits { get; private set; } = null!;

    public WriteHealth Health { get; private set; } = null!;

    public JobWrites Store { get; private set; } = null!;

    public Guid ProjectId { get; } = Guid.CreateVersion7();

    public Guid AccountId { get; } = Guid.CreateVersion7();

    public JobFeed Feed { get; private set; } = null!;

    public long Now => Clock.NowMs();

    public static async Task<StoreRig> StartAsync(DatabaseProvider provider)
    {
        var rig = new StoreRig(await TestDatabase.CreateAsync(provider));
        await rig.AddProjectAsync(rig.ProjectId);
        await rig.StartHostAsync();
        return rig;
    }

    /// <summary>A further project of the same account.</summary>
    public async Task<Guid> AddProjectAsync(Guid? id = null, string name = "test")
    {
        var project = new Project
        {
            Id = id ?? Guid.CreateVersion7(), AccountId = AccountId, Name = name,
            SecretCipher = "cipher", InboxToken = InboxToken.Create(), CreatedAt = Now
        };
        await using var db = await Database.Contexts.CreateDbContextAsync();
        db.Projects.Add(project);
        await db.SaveChangesAsync();
        return project.Id;
    }

    /// <summary>A new host, as after a crash or restart of the one before. It has not recovered yet.</summary>
    public async Task StartHostAsync()
    {
        if (Commits is not null) await Commits.StopAsync(CancellationToken.None);
        Host = new HostIdentity();
        Feed = new JobFeed(Database.Contexts, Clock, NullLogger<JobFeed>.Instance);
        await using (var db = await Database.Contexts.CreateDbContextAsync())
        {
            await db.Hosts.ExecuteDeleteAsync();
            db.Hosts.Add(new Host { Id = Host.Id, Name = Host.Name, StartedAt = Now, LastSeenAt = Now });
            await db.SaveChangesAsync();
        }

        Health = new WriteHealth(NullLogger<WriteHealth>.Instance);
        Commits = new WriteQueue(Database.Contexts, Host, Feed.WriterEvents, Health, Clock, NullLogger<WriteQueue>.Instance);
        await Commits.StartAsync(CancellationToken.None);
        Store = new JobWrites(Commits, this, Host);
    }

    public async Task<Job> InsertAsync(long dueAt, bool armed = true, Guid? projectId = null)
    {
        var job = NewJob(dueAt, armed, projectId);
        Assert.True(await Store.InsertAsync(job, keyId: null));
        return job;
    }

    /// <summary>One that is not stored yet.</summary>
    public Job NewJob(long dueAt, bool armed = true, Guid? projectId = null) => new()
    {
        Id = Guid.CreateVersion7(), AccountId = AccountId, ProjectId = projectId ?? ProjectId,
        Title = "t", WebhookUrl = "http://example.com/hook", Payload = "{}"u8.ToArray(),
        FireAt = dueAt, NextAttemptAt = dueAt, ArmedBy = armed ? Host.Id : null, CreatedAt = Now, UpdatedAt = Now,
    };

    /// <summary>One more host that lives beside the first.</summary>
    /// <param name="contexts">Its way to the database. Null: the same as the first host's.</param>
    public async Task<(HostIdentity Host, JobWrites Store)> JoinAsync(IDbContextFactory<DispatchDbContext>? contexts = null)
    {
        var host = new HostIdentity();
        await using (var db = await Database.Contexts.CreateDbContextAsync())
        {
            db.Hosts.Add(new Host { Id = host.Id, Name = host.Name, StartedAt = Now, LastSeenAt = Now });
            await db.SaveChangesAsync();
        }

        var health = new WriteHealth(NullLogger<WriteHealth>.Instance);
        var its = new WriteQueue(contexts ?? Database.Contexts, host, Feed.WriterEvents, health, Clock, NullLogger<WriteQueue>.Instance);
        await its.StartAsync(CancellationToken.None);
        further.Add(its);
        return (host, new JobWrites(its, this, host));
    }

    public async Task BeatAsync(HostIdentity host, long now)
    {
        await using var db = await Database.Contexts.CreateDbContextAsync();
        Assert.Equal(1, await db.Hosts.Where(h => h.Id == host.Id).ExecuteUpdateAsync(set => set.SetProperty(h => h.LastSeenAt, now)));
    }

    /// <summary>Its row goes; what it holds stays.</summary>
    public async Task EndAsync(HostIdentity host)
    {
        await using var db = await Database.Contexts.CreateDbContextAsync();
        await db.Hosts.Where(h => h.Id == host.Id).ExecuteDeleteAsync();
    }

    /// <summary>As a host does that finds the others dead.</summary>
    public async Task<Recovery> RecoverAsync()
    {
        var recovered = await Store.RecoverUnknownHostsAsync();
        await Store.MergeCountersAsync();
        return recovered;
    }

    /// <summary>The claim as it would be if the job were at that attempt.</summary>
    public static ClaimedJob AtAttempt(ClaimedJob claim, int attempt) => claim with
    {
        Row = new Job
        {
            Id = claim.Id,
            ProjectId = claim.ProjectId,
            Title = claim.Row.Title,
            WebhookUrl = claim.Row.WebhookUrl,
            Payload = claim.Row.Payload,
            NextAttemptAt = claim.DueAt,
            Attempt = attempt,
        },
    };

    /// <summary>The identity of the job's alarm as the row has it now.</summary>
    public async Task<AlarmId> AlarmAsync(Guid jobId)
    {
        var job = await ReadAsync(jobId);
        return new AlarmId(jobId, job.Attempt, job.Generation);
    }

    /// <summary>A claim by the job's present alarm.</summary>
    public async Task<ClaimedJob?> ClaimAsync(Guid jobId) => await ClaimAsync(await AlarmAsync(jobId));

    /// <param name="store">Another host's; null: the first host's.</param>
    public async Task<ClaimedJob?> ClaimAsync(AlarmId alarm, JobWrites? store = null) =>
        await (store ?? Store).ClaimAsync(await CompleteAsync(alarm), () => Lease.TermForClaim);

    /// <summary>What the job's present alarm does first if it is a retry's.</summary>
    public async Task RearmAsync(Guid jobId) => await RearmAsync(await AlarmAsync(jobId));

    /// <param name="store">Another host's; null: the first host's.</param>
    public async Task RearmAsync(AlarmId alarm, JobWrites? store = null) =>
        await (store ?? Store).RearmAsync(await CompleteAsync(alarm));

    private async Task<Alarm> CompleteAsync(AlarmId alarm)
    {
        var job = await ReadAsync(alarm.JobId);
        return new Alarm(
            job.Id, job.AccountId, job.ProjectId, Alarm.DestinationOf(job.WebhookUrl), Now, job.Status == JobStatus.Failed,
            alarm.Attempt, alarm.Generation);
    }

    public Task<bool> RecordAsync(ClaimedJob job, Transition transition, long? retryAt = null) => Store.RecordAsync(
        job,
        new Attempt
        {
            Id = Guid.CreateVersion7(), JobId = job.Id, Number = job.Attempt, FiredAt = Now, LatenessMs = Math.Max(0, Now - job.DueAt),
            Status = transition == Transition.Deliver ? AttemptStatus.Success : AttemptStatus.Failed,
        },
        transition,
        retryAt,
        keepsAlarm: true);

    public async Task<Job> ReadAsync(Guid jobId)
    {
        await using var db = await Database.Contexts.CreateDbContextAsync();
        return await db.Jobs.AsNoTracking().SingleAsync(j => j.Id == jobId);
    }

    public async Task<IReadOnlyList<Attempt>> AttemptsAsync(Guid jobId)
    {
        await using var db = await Database.Contexts.CreateDbContextAsync();
        return await db.Attempts.AsNoTracking().Where(a => a.JobId == jobId).OrderBy(a => a.Number).ToListAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var its in further)
        {
            await its.StopAsync(CancellationToken.None);
            its.Dispose();
        }

        await Commits.StopAsync(CancellationToken.None);
        Commits.Dispose();
        await Database.DisposeAsync();
    }
}
