using BenchmarkDotNet.Attributes;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Dispatch.Writing.Verbs;
using Dispatch.Writing;

namespace Dispatch.Micro;

/// <summary>
/// What the engine writes about a job, each step as one transaction of 500, from the callers' tasks through <see cref="WriteQueue"/>
/// to the disk and back.
/// </summary>
/// <remarks>
/// Each step needs fresh rows, so an iteration is a single invocation, without the thousands by which BenchmarkDotNet evens out what else
/// happens; means are of 40 transactions, and a checkpoint of SQLite's log falls into some of them, as it does in a host.
/// </remarks>
[WarmupCount(15), IterationCount(40), InvocationCount(1)]
public class StoreBenchmarks
{
    private const int Batch = 500;

    private EngineRig rig = null!;
    private Door door = null!;
    private Job[] jobs = [];
    private ClaimedJob[] claimed = [];
    private TimeSpan serverBefore;

    /// <summary>
    /// SQLite with <c>synchronous=FULL</c> in WAL; PostgreSQL with <c>synchronous_commit=on</c>, where this machine has it.
    /// </summary>
    public static IEnumerable<DatabaseProvider> Providers =>
        PostgresServer.WhyMissing is null ? [DatabaseProvider.Sqlite, DatabaseProvider.Postgres] : [DatabaseProvider.Sqlite];

    /// <summary>Jobs in a transaction.</summary>
    protected virtual int Count => Batch;

    [ParamsSource(nameof(Providers))]
    public DatabaseProvider Provider { get; set; }

    [GlobalSetup]
    public void Start() => rig = EngineRig.StartAsync(Provider).GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Stop() => rig.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [IterationSetup(Target = nameof(InsertAsync))]
    public void MakeJobs() => PrepareAsync(() =>
    {
        jobs = NewJobs(dueInMs: 3_600_000, armedBy: null);
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    [IterationSetup(Target = nameof(ArmAsync))]
    public void MakeFreeJobs() => PrepareAsync(async () =>
    {
        jobs = NewJobs(dueInMs: 60_000, armedBy: null);
        door = await Door.CloseAsync(rig.Commits);
        Check(await StoreAllAsync());
        await Task.Delay(100);   // a database server's writer waits for company while writes come in quick succession
    }, closesDoor: false).GetAwaiter().GetResult();

    [IterationSetup(Target = nameof(ClaimAsync))]
    public void MakeDueJobs() => PrepareAsync(StoreDueAsync).GetAwaiter().GetResult();

    [IterationSetup(Target = nameof(RecordAsync))]
    public void MakeClaimedJobs() => PrepareAsync(async () =>
    {
        await StoreDueAsync();
        door = await Door.CloseAsync(rig.Commits);
        claimed = await ClaimAllAsync();
    }).GetAwaiter().GetResult();

    [IterationCleanup(Targets = [nameof(InsertAsync), nameof(ArmAsync), nameof(RecordAsync)])]
    public void Note()
    {
        if (Provider == DatabaseProvider.Postgres) CpuMeter.AddOfServer(Postgres.Cpu() - serverBefore);
    }

    /// <summary>What was claimed ends, or the wire would fill up with it.</summary>
    [IterationCleanup(Target = nameof(ClaimAsync))]
    public void NoteAndEnd()
    {
        Note();
        door = Door.CloseAsync(rig.Commits).GetAwaiter().GetResult();
        Check(RecordAllAsync().GetAwaiter().GetResult());
    }

    /// <summary>500 callers of <c>POST /jobs</c> with one key: the key's check, the rows, the counters.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public virtual Task InsertAsync() => CpuMeter.MeasureAsync(async () => Check(await StoreAllAsync()));

    /// <summary>What a sweep does for 500 jobs that come within reach: finds and takes them.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public virtual Task ArmAsync() => CpuMeter.MeasureAsync(async () =>
    {
        var now = TimeProvider.System.NowMs();
        var alarms = (await rig.Commits.WriteAsync(new ArmJobs(now, now + 600_000, 1000, Partition.Whole, [])))!;
        Check([alarms.Count == Count]);
    });

    /// <summary>500 deliveries that are due.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public virtual Task ClaimAsync() => CpuMeter.MeasureAsync(async () => claimed = await ClaimAllAsync());

    /// <summary>500 that were answered 200: the attempts' rows and the transition.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public virtual Task RecordAsync() => CpuMeter.MeasureAsync(async () => Check(await RecordAllAsync()));

    private async Task PrepareAsync(Func<Task> prepare, bool closesDoor = true)
    {
        await prepare();
        if (closesDoor) door = await Door.CloseAsync(rig.Commits);
        if (Provider == DatabaseProvider.Postgres) serverBefore = Postgres.Cpu();
    }

    private async Task StoreDueAsync()
    {
        jobs = NewJobs(dueInMs: 0, armedBy: rig.HostId);
        door = await Door.CloseAsync(rig.Commits);
        Check(await StoreAllAsync());
    }

    private Job[] NewJobs(long dueInMs, Guid? armedBy)
    {
        var now = TimeProvider.System.NowMs();
        return [.. Enumerable.Range(0, Count).Select(_ => Sample.NewJob(rig.AccountId, rig.ProjectId, now, dueInMs, armedBy))];
    }

    private Task<bool[]> StoreAllAsync() => ThroughDoorAsync(jobs, job => rig.Commits.WriteAsync(new InsertJob(job, rig.KeyId)));

    private async Task<ClaimedJob[]> ClaimAllAsync()
    {
        var won = await ThroughDoorAsync(
            jobs,
            job => rig.Commits.WriteAsync(new ClaimJob(
                new Alarm(job.Id, job.AccountId, job.ProjectId, "", job.FireAt, IsRetry: false, Attempt: 0, Generation: 0), () => 0)));
        Check(won.Select(job => job is not null));
        return won!;
    }

    private Task<bool[]> RecordAllAsync() =>
        ThroughDoorAsync(
            claimed,
            job => rig.Commits.WriteAsync(new EndAttempt(job, Delivered(job), Transition.Deliver, retryAt: null, keepsAlarm: false)));

    private async Task<TResult[]> ThroughDoorAsync<TItem, TResult>(IEnumerable<TItem> items, Func<TItem, Task<TResult>> write)
    {
        Task<TResult>[] writes = [.. items.Select(write)];
        await door.OpenAsync();
        return await Task.WhenAll(writes);
    }

    private static Attempt Delivered(ClaimedJob job) => new()
    {
        Id = Guid.CreateVersion7(),
        JobId = job.Id,
        Number = job.Attempt,
        Status = AttemptStatus.Success,
        ResponseCode = 200,
        ResponseBody = "ok",
        DurationMs = 3,
        LatenessMs = 1,
        FiredAt = job.DueAt + 1,
    };

    private static void Check(IEnumerable<bool> stored)
    {
        if (!stored.All(isStored => isStored)) throw new InvalidOperationException("Not every write was carried out.");
    }
}
