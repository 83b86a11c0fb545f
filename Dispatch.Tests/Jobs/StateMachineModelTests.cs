using CsCheck;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;

namespace Dispatch.Tests.Jobs;

/// <summary>
/// Random lives of jobs on a real database against a pure model of product.md's state machine: whatever order posts, cancellations,
/// moves by either of two hosts, claims, outcomes, stale alarms, crashes, restarts and clock jumps come in, both agree on every status and
/// instant, and no attempt is ever claimed twice.
/// </summary>
public sealed class StateMachineModelTests
{
    private const int MaxAttempts = 3;
    private const long RetryDelayMs = 30_000;

    private enum Step
    {
        Post,
        Cancel,
        Claim,
        Succeed,
        Fail,
        RingRetry,
        Move,
        MoveToOtherHost,
        RingStale,
        CrashAndRestart,
        Advance,
    }

    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Every_life_of_a_job_follows_the_machine(DatabaseProvider provider)
    {
        var lives = Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 4]).List[1, 40];
        await lives.SampleAsync(async steps => await LiveAsync(provider, steps), iter: 60, threads: 1);
    }

    private static async Task LiveAsync(DatabaseProvider provider, List<(Step Step, int Which)> steps)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var hosts = await HostsAsync(rig);
        var model = new List<ModelJob>();
        foreach (var (step, which) in steps)
        {
            if (step == Step.Post) model.Add(await PostAsync(rig, which));
            else if (step == Step.CrashAndRestart) hosts = await CrashAsync(rig, model);
            else if (step == Step.Advance) rig.Clock.Advance(TimeSpan.FromSeconds(10 * (which + 1)));
            else if (model.Count > 0) await StepAsync(rig, hosts, model[which % model.Count], step, which);

            foreach (var job in model) await AgreeAsync(rig, job);
        }
    }

    private static async Task<(HostIdentity Host, JobWrites Store)[]> HostsAsync(StoreRig rig) =>
        [(rig.Host, rig.Store), await rig.JoinAsync()];

    private static async Task<ModelJob> PostAsync(StoreRig rig, int which)
    {
        var due = rig.Now + (which * 10_000);
        return new ModelJob { Id = (await rig.InsertAsync(due)).Id, DueAt = due, FireAt = due };
    }

    private static async Task StepAsync(
        StoreRig rig, (HostIdentity Host, JobWrites Store)[] hosts, ModelJob job, Step step, int which)
    {
        var holder = hosts[job.Holder].Store;
        switch (step)
        {
            case Step.Cancel:
                Assert.Equal(job.Cancel(), await rig.Store.CancelAsync(job.Id, rig.ProjectId) == CancelOutcome.Cancelled);
                break;
            case Step.Claim:
                Assert.Null(await rig.ClaimAsync(job.Alarm, hosts[1 - job.Holder].Store));
                var claim = await rig.ClaimAsync(job.Alarm, holder);
                Assert.Equal(job.Claim(rig.Now), claim is not null);
                job.Held = claim ?? job.Held;
                break;
            case Step.Succeed when job.Held is { } held:
                Assert.Equal(job.Succeed(), await rig.RecordAsync(held, Transition.Deliver));
                break;
            case Step.Fail when job.Held is { } held:
                var last = held.Row.RetryCount + 1 >= MaxAttempts;
                Assert.Equal(
                    job.Fail(rig.Now),
                    await rig.RecordAsync(held, last ? Transition.Exhaust : Transition.Retry, last ? null : rig.Now + RetryDelayMs));
                break;
            case Step.RingRetry:
                await rig.RearmAsync(job.Alarm, holder);
                job.Ring(rig.Now);
                break;
            case Step.Move or Step.MoveToOtherHost:
                var (to, due) = (step == Step.Move ? job.Holder : 1 - job.Holder, rig.Now + (which * 10_000));
                var moved = await hosts[to].Store.MoveAsync(job.Id, rig.ProjectId, due);
                Assert.Equal(job.Move(to, due) ? MoveOutcome.Moved : MoveOutcome.NotPending, moved.Outcome);
                if (moved.Alarm is { } alarm)
                    Assert.Equal((job.Alarm, due, job.Status == JobStatus.Failed), (alarm.Id, alarm.DueAt, alarm.IsRetry));
                break;
            case Step.RingStale:
                foreach (var stale in job.Stale)
                {
                    await rig.RearmAsync(stale, holder);
                    Assert.Null(await rig.ClaimAsync(stale, holder));
                }

                break;
            default:
                break;
        }
    }

    private static async Task<(HostIdentity Host, JobWrites Store)[]> CrashAsync(StoreRig rig, List<ModelJob> model)
    {
        await rig.StartHostAsync();
        await rig.RecoverAsync();
        await rig.Store.ArmAsync(0, long.MaxValue, 1000);
        foreach (var job in model) job.Interrupt();
        return await HostsAsync(rig);
    }

    private static async Task AgreeAsync(StoreRig rig, ModelJob expected)
    {
        var actual = await rig.ReadAsync(expected.Id);
        Assert.Equal(
            (expected.Status, expected.Failures - (expected.Status == JobStatus.Dead ? 1 : 0)), (actual.Status, actual.RetryCount));
        Assert.Equal(
            (expected.Alarm.Attempt, expected.Alarm.Generation, expected.FireAt, expected.IsFinal ? null : expected.DueAt),
            (actual.Attempt, actual.Generation, actual.FireAt, actual.NextAttemptAt));
        Assert.Equal(expected.Attempts, (await rig.AttemptsAsync(expected.Id)).Select(a => a.Status));
    }

    /// <summary>One job as product.md describes it, with no database.</summary>
    private sealed class ModelJob
    {
        private int started;
        private int generation;

        public required Guid Id { get; init; }

        public required long DueAt { get; set; }

        public required long FireAt { get; set; }

        public JobStatus Status { get; private set; } = JobStatus.Scheduled;

        public int Failures { get; private set; }

        public List<AttemptStatus> Attempts { get; } = [];

        /// <summary>The host that armed the job, first or second.</summary>
        public int Holder { get; private set; }

        public AlarmId Alarm => new(Id, started, generation);

        /// <summary>Alarms that were set once and are no longer the job's.</summary>
        public List<AlarmId> Stale { get; } = [];

        public bool IsFinal => Status is JobStatus.Success or JobStatus.Dead or JobStatus.Cancelled;

        /// <summary>The last claim that was won; after a crash it is a dead host's.</summary>
        public ClaimedJob? Held { get; set; }

        private bool HoldsClaim { get; set; }

        public bool Cancel() => Status == JobStatus.Scheduled && Become(JobStatus.Cancelled);

        public bool Claim(long now)
        {
            if (Status != JobStatus.Scheduled || DueAt > now + 150) return false;
            Stale.Add(Alarm);
            started++;
            return HoldsClaim = Become(JobStatus.Firing);
        }

        public bool Move(int to, long due)
        {
            if (Status is not (JobStatus.Scheduled or JobStatus.Failed)) return false;
            Stale.Add(Alarm);
            generation++;
            (Holder, DueAt) = (to, due);
            if (started == 0) FireAt = due;
            return true;
        }

        public bool Succeed() => End() && Log(AttemptStatus.Success) && Become(JobStatus.Success);

        public bool Fail(long now)
        {
            if (!End()) return false;
            Failures++;
            DueAt = now + RetryDelayMs;
            return Log(AttemptStatus.Failed) && Become(Failures == MaxAttempts ? JobStatus.Dead : JobStatus.Failed);
        }

        public void Ring(long now)
        {
            if (Status == JobStatus.Failed && DueAt <= now + 4000) Status = JobStatus.Scheduled;
        }

        public void Interrupt()
        {
            Holder = 0;
            HoldsClaim = false;
            if (Status == JobStatus.Firing && Log(AttemptStatus.Interrupted)) Status = JobStatus.Scheduled;
        }

        private bool End()
        {
            var held = HoldsClaim;
            HoldsClaim = false;
            return held;
        }

        private bool Log(AttemptStatus status)
        {
            Attempts.Add(status);
            return true;
        }

        private bool Become(JobStatus status)
        {
            Status = status;
            return true;
        }
    }
}
