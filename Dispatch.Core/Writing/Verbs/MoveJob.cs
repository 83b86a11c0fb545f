using Dispatch.Counters;
using Dispatch.Data.Statements;
using Dispatch.Model;

namespace Dispatch.Writing.Verbs;

/// <summary>
/// Gives a job that waits for an attempt (SCHEDULED or FAILED) another due time, and raises its generation, so that the alarm of the old
/// time does nothing. The host that held the job loses it.
/// </summary>
/// <param name="dueAt">Milliseconds since the Unix epoch, UTC. It is also the new <c>fireAt</c> while no attempt was made.</param>
/// <param name="takes">True: this host takes the job and sets the alarm. False: the job waits in the database for any host.</param>
internal sealed class MoveJob(Guid jobId, Guid projectId, long dueAt, bool takes) : BatchedWrite<MovedJob>
{
    public Guid JobId => jobId;

    public Guid ProjectId => projectId;

    public long DueAt => dueAt;

    public bool Takes => takes;

    public override Verb Verb => MoveJobs.Verb;

    public override string Subject => $"The job {jobId}";
}

internal sealed class MoveJobs : Verb<MoveJob>
{
    public static readonly MoveJobs Verb = new();

    // It returns a row for each job that exists, with 1 if it was moved and 0 if it was too late. The numbers of its jobs do not change,
    // but its project's stamp does, so that pages of other hosts read again.
    private static readonly RowStatement<MoveJob> Move = new RowStatement<MoveJob>(move => move.JobId, new SqlText(
        """
        UPDATE "Jobs" SET "NextAttemptAt" = @DueAt, "FireAt" = CASE WHEN "Attempt" = 0 THEN @DueAt ELSE "FireAt" END,
            "Generation" = "Generation" + 1, "ArmedBy" = CASE WHEN @Takes THEN @hostId END, "UpdatedAt" = @now
        WHERE "Id" = @Id AND "ProjectId" = @ProjectId AND "Status" IN ('SCHEDULED', 'FAILED')
        RETURNING "Id", 1, "Status", "WebhookUrl", "Attempt", "Generation", "AccountId";
        SELECT "Id", 0, "Status", "WebhookUrl", "Attempt", "Generation", "AccountId" FROM "Jobs"
        WHERE "Id" = @Id AND "ProjectId" = @ProjectId AND changes() = 0;
        """,
        $"""
        WITH "move" AS (SELECT * FROM unnest(@Id, @ProjectId, @DueAt, @Takes) AS m ("Id", "ProjectId", "DueAt", "Takes")),
        "free" AS (
            SELECT a.* FROM "move" AS a CROSS JOIN {LockedRow.OnPostgres} AS j
            WHERE j."ProjectId" = a."ProjectId" AND j."Status" IN ('SCHEDULED', 'FAILED')),
        "moved" AS (
            UPDATE "Jobs" AS j SET "NextAttemptAt" = f."DueAt", "FireAt" = CASE WHEN j."Attempt" = 0 THEN f."DueAt" ELSE j."FireAt" END,
                "Generation" = j."Generation" + 1, "ArmedBy" = CASE WHEN f."Takes" THEN @hostId::uuid END, "UpdatedAt" = @now
            FROM "free" AS f WHERE j."Id" = f."Id"
            RETURNING j."Id", j."AccountId", j."ProjectId", j."Status", j."WebhookUrl", j."Attempt", j."Generation",
                j."Status" AS "From", j."Status" AS "To"),
        {CountSql.Postgres}
        SELECT "Id", 1, "Status", "WebhookUrl", "Attempt", "Generation", "AccountId" FROM "moved"
        UNION ALL
        SELECT j."Id", 0, j."Status", j."WebhookUrl", j."Attempt", j."Generation", j."AccountId"
        FROM "Jobs" AS j JOIN "move" AS m ON m."Id" = j."Id" AND m."ProjectId" = j."ProjectId"
        WHERE j."Status" NOT IN ('SCHEDULED', 'FAILED') AND j."Id" NOT IN (SELECT "Id" FROM "moved");
        """,
        $"""
        DECLARE @move TABLE ([Id] binary(16), [ProjectId] binary(16), [DueAt] bigint, [Takes] bit);
        DECLARE @moved TABLE ([Id] binary(16), [AccountId] binary(16), [ProjectId] binary(16), [Status] nvarchar(9),
            [WebhookUrl] nvarchar(2048), [Attempt] int, [Generation] int, [From] nvarchar(9), [To] nvarchar(9));
        INSERT INTO @move SELECT [Id], [ProjectId], [DueAt], [Takes] FROM OPENJSON(@rows)
        WITH ([Id] binary(16), [ProjectId] binary(16), [DueAt] bigint, [Takes] bit);
        UPDATE j SET [NextAttemptAt] = m.[DueAt], [FireAt] = CASE WHEN j.[Attempt] = 0 THEN m.[DueAt] ELSE j.[FireAt] END,
            [Generation] += 1, [ArmedBy] = CASE WHEN m.[Takes] = 1 THEN @hostId END, [UpdatedAt] = @now
        OUTPUT inserted.[Id], inserted.[AccountId], inserted.[ProjectId], inserted.[Status], inserted.[WebhookUrl], inserted.[Attempt],
            inserted.[Generation], deleted.[Status], inserted.[Status]
        INTO @moved
        FROM @move AS m
        JOIN [Jobs] AS j WITH (READPAST, READCOMMITTEDLOCK, ROWLOCK, FORCESEEK) ON j.[Id] = m.[Id] AND j.[ProjectId] = m.[ProjectId]
        WHERE j.[Status] IN (N'SCHEDULED', N'FAILED');
        {CountSql.SqlServer}
        SELECT [Id], 1, [Status], [WebhookUrl], [Attempt], [Generation], [AccountId] FROM @moved
        UNION ALL
        SELECT j.[Id], 0, j.[Status], j.[WebhookUrl], j.[Attempt], j.[Generation], j.[AccountId]
        FROM @move AS m
        JOIN [Jobs] AS j WITH (READPAST, READCOMMITTEDLOCK) ON j.[Id] = m.[Id] AND j.[ProjectId] = m.[ProjectId]
        WHERE j.[Status] NOT IN (N'SCHEDULED', N'FAILED');
        """))
        .Column("Id", move => move.JobId)
        .Column("ProjectId", move => move.ProjectId)
        .Column("DueAt", move => move.DueAt)
        .Column("Takes", move => move.Takes);

    // The statement has returned every other job that exists.
    private static readonly RowStatement<MoveJob> Existing = Move.With(LockedRow.ExistingJobs);

    public override int Place => 3;

    protected override RowStatement<MoveJob> Statement => Move;

    protected override RowStatement<MoveJob> Locked => Existing;

    protected override void Read(MoveJob request, SqlRow row, BatchContext batch)
    {
        var alarm = new Alarm(
            request.JobId, row.Id(6), request.ProjectId, Alarm.DestinationOf(row.Text(3)), request.DueAt,
            IsRetry: row.Text(2) == JobStatus.Failed.ToName(), row.Number(4), row.Number(5));
        request.Result = row.Number(1) == 1 ? new MovedJob(MoveOutcome.Moved, alarm) : new MovedJob(MoveOutcome.NotPending, null);
    }

    protected override void Note(MoveJob request, BatchContext batch)
    {
        if (request.Result is not { Outcome: MoveOutcome.Moved, Alarm: { } alarm }) return;
        var status = alarm.IsRetry ? JobStatus.Failed : JobStatus.Scheduled;
        batch.Changes.Rescheduled(request.ProjectId, request.JobId, status, batch.Now);
    }

    protected override bool IsChanged(MoveJob request) => request.Result.Outcome != MoveOutcome.NotFound;
}
