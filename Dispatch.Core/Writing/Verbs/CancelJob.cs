using Dispatch.Counters;
using Dispatch.Data.Statements;
using Dispatch.Model;

namespace Dispatch.Writing.Verbs;

/// <summary>SCHEDULED → CANCELLED, for a job of that project that no host has claimed.</summary>
internal sealed class CancelJob(Guid jobId, Guid projectId) : BatchedWrite<CancelOutcome>
{
    public Guid JobId => jobId;

    public Guid ProjectId => projectId;

    public override Verb Verb => CancelJobs.Verb;

    public override string Subject => $"The job {jobId}";
}

internal sealed class CancelJobs : Verb<CancelJob>
{
    public static readonly CancelJobs Verb = new();

    // It returns a row for each job that exists, with 1 if it was cancelled and 0 if it was too late.
    private static readonly RowStatement<CancelJob> Cancel = new RowStatement<CancelJob>(cancel => cancel.JobId, new SqlText(
        """
        UPDATE "Jobs" SET "Status" = 'CANCELLED', "UpdatedAt" = @now, "NextAttemptAt" = NULL, "ArmedBy" = NULL
        WHERE "Id" = @Id AND "ProjectId" = @ProjectId AND "Status" = 'SCHEDULED'
        RETURNING "Id", 1;
        SELECT "Id", 0 FROM "Jobs" WHERE "Id" = @Id AND "ProjectId" = @ProjectId AND changes() = 0;
        """,
        $"""
        WITH "cancel" AS (SELECT * FROM unnest(@Id, @ProjectId) AS c ("Id", "ProjectId")),
        "free" AS (
            SELECT a."Id" FROM "cancel" AS a CROSS JOIN {LockedRow.OnPostgres} AS j
            WHERE j."ProjectId" = a."ProjectId" AND j."Status" = 'SCHEDULED'),
        "moved" AS (
            UPDATE "Jobs" AS j SET "Status" = 'CANCELLED', "UpdatedAt" = @now, "NextAttemptAt" = NULL, "ArmedBy" = NULL
            FROM "free" AS f WHERE j."Id" = f."Id"
            RETURNING j."Id", j."ProjectId", 'SCHEDULED' AS "From", j."Status" AS "To"),
        {CountSql.Postgres}
        SELECT "Id", 1 FROM "moved"
        UNION ALL
        SELECT j."Id", 0 FROM "Jobs" AS j JOIN "cancel" AS c ON j."Id" = c."Id" AND j."ProjectId" = c."ProjectId"
        WHERE j."Status" <> 'SCHEDULED' AND j."Id" NOT IN (SELECT "Id" FROM "moved");
        """,
        $"""
        DECLARE @cancel TABLE ([Id] binary(16), [ProjectId] binary(16));
        DECLARE @moved TABLE ([Id] binary(16), [ProjectId] binary(16), [From] nvarchar(9), [To] nvarchar(9));
        INSERT INTO @cancel SELECT [Id], [ProjectId] FROM OPENJSON(@rows) WITH ([Id] binary(16), [ProjectId] binary(16));
        UPDATE j SET [Status] = N'CANCELLED', [UpdatedAt] = @now, [NextAttemptAt] = NULL, [ArmedBy] = NULL
        OUTPUT inserted.[Id], inserted.[ProjectId], deleted.[Status], inserted.[Status] INTO @moved
        FROM @cancel AS c
        JOIN [Jobs] AS j WITH (READPAST, READCOMMITTEDLOCK, ROWLOCK, FORCESEEK) ON j.[Id] = c.[Id] AND j.[ProjectId] = c.[ProjectId]
        WHERE j.[Status] = N'SCHEDULED';
        {CountSql.SqlServer}
        SELECT [Id], 1 FROM @moved
        UNION ALL
        SELECT j.[Id], 0
        FROM @cancel AS c JOIN [Jobs] AS j WITH (READPAST, READCOMMITTEDLOCK) ON j.[Id] = c.[Id] AND j.[ProjectId] = c.[ProjectId]
        WHERE j.[Status] <> N'SCHEDULED' AND j.[Id] NOT IN (SELECT [Id] FROM @moved);
        """))
        .Column("Id", cancel => cancel.JobId)
        .Column("ProjectId", cancel => cancel.ProjectId);

    // The statement has returned every other job that exists.
    private static readonly RowStatement<CancelJob> Existing = Cancel.With(LockedRow.ExistingJobs);

    public override int Place => 2;

    protected override RowStatement<CancelJob> Statement => Cancel;

    protected override RowStatement<CancelJob> Locked => Existing;

    protected override void Read(CancelJob request, SqlRow row, BatchContext batch) => request.Result =
        row.Number(1) == 1 ? CancelOutcome.Cancelled : CancelOutcome.NotScheduled;

    protected override void Note(CancelJob request, BatchContext batch)
    {
        if (request.Result != CancelOutcome.Cancelled) return;
        batch.Changes.Moved(request.ProjectId, request.JobId, Transition.Cancel, batch.Now);
    }

    protected override bool IsChanged(CancelJob request) => request.Result != CancelOutcome.NotFound;
}
