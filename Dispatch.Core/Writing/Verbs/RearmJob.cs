using Dispatch.Counters;
using Dispatch.Data.Statements;
using Dispatch.Model;
using Dispatch.Time;

namespace Dispatch.Writing.Verbs;

/// <summary>FAILED → SCHEDULED when the alarm of a retry rings. The result has no meaning, because the claim checks again.</summary>
internal sealed class RearmJob(Alarm alarm) : BatchedWrite<bool>
{
    public Alarm Alarm => alarm;

    public override Guid AccountId => alarm.AccountId;

    public override bool IsAwaited => false;

    public override Verb Verb => RearmJobs.Verb;

    public override string Subject => $"The job {alarm.JobId}";
}

internal sealed class RearmJobs : Verb<RearmJob>
{
    public static readonly RearmJobs Verb = new();

    private const string Due = """
        j."Status" = 'FAILED' AND j."Attempt" = a."Attempt" AND j."Generation" = a."Generation" AND j."ArmedBy" = @hostId
            AND j."NextAttemptAt" <= @latest
        """;

    // A stale alarm finds another attempt or generation. One that was triggered by hand must not bring a later retry forward.
    private static readonly RowStatement<RearmJob> Rearm = new RowStatement<RearmJob>(rearm => rearm.Alarm.JobId, new SqlText(
        """
        UPDATE "Jobs" SET "Status" = 'SCHEDULED', "UpdatedAt" = @now
        WHERE "Id" = @Id AND "Status" = 'FAILED' AND "Attempt" = @Attempt AND "Generation" = @Generation AND "ArmedBy" = @hostId
            AND "NextAttemptAt" <= @latest
        RETURNING "Id";
        """,
        $"""
        WITH "free" AS (
            SELECT a."Id" FROM unnest(@Id, @Attempt, @Generation) AS a ("Id", "Attempt", "Generation")
            CROSS JOIN {LockedRow.OnPostgres} AS j
            WHERE {Due}),
        "moved" AS (
            UPDATE "Jobs" AS j SET "Status" = 'SCHEDULED', "UpdatedAt" = @now
            FROM "free" AS f WHERE j."Id" = f."Id"
            RETURNING j."Id", j."ProjectId", 'FAILED' AS "From", j."Status" AS "To"),
        {CountSql.Postgres}
        SELECT "Id" FROM "moved";
        """,
        $"""
        DECLARE @moved TABLE ([Id] binary(16), [ProjectId] binary(16), [From] nvarchar(9), [To] nvarchar(9));
        UPDATE j SET [Status] = N'SCHEDULED', [UpdatedAt] = @now
        OUTPUT inserted.[Id], inserted.[ProjectId], deleted.[Status], inserted.[Status] INTO @moved
        FROM OPENJSON(@rows) WITH ([Id] binary(16), [Attempt] int, [Generation] int) AS a
        JOIN [Jobs] AS j WITH (READPAST, READCOMMITTEDLOCK, ROWLOCK, FORCESEEK) ON j.[Id] = a.[Id]
        WHERE {SqlText.InBrackets(Due)};
        {CountSql.SqlServer}
        SELECT [Id] FROM @moved;
        """))
        .Column("Id", rearm => rearm.Alarm.JobId)
        .Column("Attempt", rearm => rearm.Alarm.Attempt)
        .Column("Generation", rearm => rearm.Alarm.Generation);

    private static readonly RowStatement<RearmJob> StillFailed = Rearm.With(new SqlText(
        sqlite: "",
        $"""
        SELECT j."Id" FROM unnest(@Id, @Attempt, @Generation) AS a ("Id", "Attempt", "Generation")
        JOIN "Jobs" AS j ON j."Id" = a."Id"
        WHERE {Due};
        """,
        $"""
        SELECT j.[Id] FROM OPENJSON(@rows) WITH ([Id] binary(16), [Attempt] int, [Generation] int) AS a
        JOIN [Jobs] AS j ON j.[Id] = a.[Id]
        WHERE {SqlText.InBrackets(Due)};
        """));

    public override int Place => 4;

    protected override RowStatement<RearmJob> Statement => Rearm;

    protected override RowStatement<RearmJob> Locked => StillFailed;

    protected override IReadOnlyList<SqlValue> Values(BatchContext batch) =>
        [.. batch.Values, new("latest", batch.Now + (long)Timing.AlarmLead.TotalMilliseconds + 1000)];

    protected override void Read(RearmJob request, SqlRow row, BatchContext batch) => request.Result = true;

    protected override void Note(RearmJob request, BatchContext batch) =>
        batch.Changes.Moved(request.Alarm.ProjectId, request.Alarm.JobId, Transition.Rearm, batch.Now);

    protected override bool IsChanged(RearmJob request) => request.Result;
}
