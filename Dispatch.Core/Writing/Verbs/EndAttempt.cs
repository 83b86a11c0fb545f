using Dispatch.Counters;
using Dispatch.Data.Statements;
using Dispatch.Model;

namespace Dispatch.Writing.Verbs;

/// <summary>
/// FIRING → SUCCESS, FAILED or DEAD, with the attempt's row. It comes last on a job's way, after <c>WebhookSender</c>; <c>JobFeed</c> hears
/// of it. False: the claim was lost, because another host took the job for interrupted. It is tried until it is stored: an outcome that
/// is not stored would be sent again.
/// </summary>
/// <param name="transition">Deliver, Retry or Exhaust.</param>
/// <param name="retryAt">Only for Retry: when the next attempt is due, milliseconds since the Unix epoch, UTC.</param>
/// <param name="keepsAlarm">True: this host keeps the retry armed. False: the retry waits in the database for any host.</param>
internal sealed class EndAttempt(ClaimedJob job, Attempt attempt, Transition transition, long? retryAt, bool keepsAlarm)
    : BatchedWrite<bool>
{
    private const string Note = "The answer's body could not be stored.";

    private readonly Attempt withoutBody = attempt.WithoutBody(attempt.Error is { } error ? $"{error} {Note}" : Note);

    public ClaimedJob Job => job;

    public override Guid AccountId => job.Row.AccountId;

    public override int Bytes => attempt.ResponseBody?.Length ?? 0;

    // At each tenth try without the answer's body: most likely the database refuses the receiver's text. If it refuses this too, the text
    // was not to blame.
    public Attempt Attempt => Refusals > 0 && Refusals % MaxRefusals == 0 ? withoutBody : attempt;

    public Transition Transition => transition;

    public long? RetryAt => retryAt;

    public bool KeepsAlarm => keepsAlarm;

    public bool Died => transition == Transition.Exhaust;

    public override bool IsAwaited => false;

    public override Verb Verb => EndAttempts.Verb;

    public override string Subject => $"The job {job.Id}";

    public override bool SurvivesRefusal() => true;
}

internal sealed class EndAttempts : Verb<EndAttempt>
{
    public static readonly EndAttempts Verb = new();

    private const string Columns = """
        "Id", "JobId", "Number", "Status", "ResponseCode", "ResponseBody", "Error", "DurationMs", "LatenessMs", "FiredAt"
        """;

    private static readonly RowStatement<EndAttempt> End = new RowStatement<EndAttempt>(end => end.Job.Id, new SqlText(
        $"""
        INSERT INTO "Attempts" ({Columns})
        SELECT @AttemptId, @JobId, @Number, @Status, @ResponseCode, @ResponseBody, @Error, @DurationMs, @LatenessMs, @FiredAt
        WHERE EXISTS (SELECT 1 FROM "Jobs" WHERE "Id" = @JobId AND "Status" = 'FIRING' AND "Attempt" = @Number);
        UPDATE "Jobs" SET "Status" = @To, "UpdatedAt" = @now, "NextAttemptAt" = @RetryAt,
            "RetryCount" = "RetryCount" + (@To = 'FAILED'), "ArmedBy" = CASE WHEN @KeepsAlarm THEN "ArmedBy" END
        WHERE "Id" = @JobId AND "Status" = 'FIRING' AND "Attempt" = @Number
        RETURNING "Id";
        """,
        $"""
        WITH "held" AS (
            SELECT a.* FROM unnest(@JobId, @Number, @To, @RetryAt, @KeepsAlarm, @AttemptId, @Status, @ResponseCode, @ResponseBody, @Error,
                @DurationMs, @LatenessMs, @FiredAt, @Hour, @Bucket)
                AS a ("Id", "Number", "To", "RetryAt", "KeepsAlarm", "AttemptId", "Status", "ResponseCode", "ResponseBody", "Error",
                    "DurationMs", "LatenessMs", "FiredAt", "Hour", "Bucket")
            CROSS JOIN {LockedRow.OnPostgres} AS j
            WHERE j."Status" = 'FIRING' AND j."Attempt" = a."Number"),
        "moved" AS (
            UPDATE "Jobs" AS j SET "Status" = h."To", "UpdatedAt" = @now, "NextAttemptAt" = h."RetryAt",
                "RetryCount" = j."RetryCount" + CASE WHEN h."To" = 'FAILED' THEN 1 ELSE 0 END,
                "ArmedBy" = CASE WHEN h."KeepsAlarm" THEN j."ArmedBy" END
            FROM "held" AS h WHERE j."Id" = h."Id"
            RETURNING h.*, j."ProjectId", 'FIRING' AS "From"),
        "logged" AS (
            INSERT INTO "Attempts" ({Columns})
            SELECT "AttemptId", "Id", "Number", "Status", "ResponseCode", "ResponseBody", "Error", "DurationMs", "LatenessMs", "FiredAt"
            FROM "moved"),
        "attempt" AS (
            SELECT "ProjectId", "Hour", "Status" = 'SUCCESS' AS "Succeeded", "To" = 'DEAD' AS "Died", "Bucket" FROM "moved"),
        {CountSql.Postgres},
        {HourSql.Postgres}
        SELECT "Id" FROM "moved";
        """,
        $"""
        DECLARE @end TABLE ([JobId] binary(16), [Number] int, [To] nvarchar(9), [RetryAt] bigint, [KeepsAlarm] bit,
            [AttemptId] binary(16), [Status] nvarchar(11), [ResponseCode] int, [ResponseBody] nvarchar(max), [Error] nvarchar(max),
            [DurationMs] bigint, [LatenessMs] bigint, [FiredAt] bigint, [Hour] bigint, [Bucket] int);
        DECLARE @moved TABLE ([Id] binary(16), [ProjectId] binary(16), [From] nvarchar(9), [To] nvarchar(9));
        DECLARE @attempt TABLE ([ProjectId] binary(16), [Hour] bigint, [Succeeded] bit, [Died] bit, [Bucket] int);
        INSERT INTO @end
        SELECT [JobId], [Number], [To], [RetryAt], [KeepsAlarm], [AttemptId], [Status], [ResponseCode], [ResponseBody], [Error],
            [DurationMs], [LatenessMs], [FiredAt], [Hour], [Bucket]
        FROM OPENJSON(@rows)
        WITH ([JobId] binary(16), [Number] int, [To] nvarchar(9), [RetryAt] bigint, [KeepsAlarm] bit, [AttemptId] binary(16),
            [Status] nvarchar(11), [ResponseCode] int, [ResponseBody] nvarchar(max), [Error] nvarchar(max), [DurationMs] bigint,
            [LatenessMs] bigint, [FiredAt] bigint, [Hour] bigint, [Bucket] int);
        UPDATE j SET [Status] = e.[To], [UpdatedAt] = @now, [NextAttemptAt] = e.[RetryAt],
            [RetryCount] = j.[RetryCount] + CASE WHEN e.[To] = N'FAILED' THEN 1 ELSE 0 END,
            [ArmedBy] = CASE WHEN e.[KeepsAlarm] = 1 THEN j.[ArmedBy] END
        OUTPUT inserted.[Id], inserted.[ProjectId], deleted.[Status], inserted.[Status] INTO @moved
        FROM @end AS e
        JOIN [Jobs] AS j WITH (READPAST, READCOMMITTEDLOCK, ROWLOCK, FORCESEEK) ON j.[Id] = e.[JobId]
        WHERE j.[Status] = N'FIRING' AND j.[Attempt] = e.[Number];
        INSERT INTO [Attempts] ({SqlText.InBrackets(Columns)})
        SELECT e.[AttemptId], e.[JobId], e.[Number], e.[Status], e.[ResponseCode], e.[ResponseBody], e.[Error], e.[DurationMs],
            e.[LatenessMs], e.[FiredAt]
        FROM @end AS e JOIN @moved AS m ON m.[Id] = e.[JobId];
        INSERT INTO @attempt
        SELECT m.[ProjectId], e.[Hour], CASE e.[Status] WHEN N'SUCCESS' THEN 1 ELSE 0 END, CASE e.[To] WHEN N'DEAD' THEN 1 ELSE 0 END,
            e.[Bucket]
        FROM @end AS e JOIN @moved AS m ON m.[Id] = e.[JobId];
        {CountSql.SqlServer}
        {HourSql.SqlServer}
        SELECT [Id] FROM @moved;
        """))
        .Column("JobId", end => end.Job.Id)
        .Column("Number", end => end.Attempt.Number)
        .Column("To", end => end.Transition.To.ToName())
        .Column("RetryAt", end => end.RetryAt)
        .Column("KeepsAlarm", end => end.KeepsAlarm)
        .Column("AttemptId", end => end.Attempt.Id)
        .Column("Status", end => end.Attempt.Status.ToName())
        .Column("ResponseCode", end => end.Attempt.ResponseCode)
        .Column("ResponseBody", end => end.Attempt.ResponseBody)
        .Column("Error", end => end.Attempt.Error)
        .Column("DurationMs", end => end.Attempt.DurationMs)
        .Column("LatenessMs", end => end.Attempt.LatenessMs)
        .Column("FiredAt", end => end.Attempt.FiredAt)
        .Column("Hour", end => HourlyTotals.HourOf(end.Attempt.FiredAt))
        .Column("Bucket", end => end.Attempt.LatenessMs is { } late ? HourlyTotals.BucketOf(late) : (int?)null);

    private static readonly RowStatement<EndAttempt> StillFiring = End.With(new SqlText(
        sqlite: "",
        """
        SELECT j."Id" FROM unnest(@JobId, @Number) AS e ("JobId", "Number") JOIN "Jobs" AS j ON j."Id" = e."JobId"
        WHERE j."Status" = 'FIRING' AND j."Attempt" = e."Number";
        """,
        """
        SELECT j.[Id] FROM OPENJSON(@rows) WITH ([JobId] binary(16), [Number] int) AS e JOIN [Jobs] AS j ON j.[Id] = e.[JobId]
        WHERE j.[Status] = N'FIRING' AND j.[Attempt] = e.[Number];
        """));

    private static readonly RowStatement<EndAttempt> OwnRow = End.With(new SqlText(
        sqlite: "",
        """
        SELECT e."JobId" FROM unnest(@JobId, @AttemptId) AS e ("JobId", "AttemptId") JOIN "Attempts" AS a ON a."Id" = e."AttemptId";
        """,
        """
        SELECT e.[JobId] FROM OPENJSON(@rows) WITH ([JobId] binary(16), [AttemptId] binary(16)) AS e
        JOIN [Attempts] AS a ON a.[Id] = e.[AttemptId];
        """));

    public override int Place => 6;

    protected override RowStatement<EndAttempt> Statement => End;

    protected override RowStatement<EndAttempt> Locked => StillFiring;

    protected override RowStatement<EndAttempt> Stored => OwnRow;

    protected override void Read(EndAttempt request, SqlRow row, BatchContext batch) => request.Result = true;

    protected override void Note(EndAttempt request, BatchContext batch)
    {
        batch.Changes.Moved(request.Job.ProjectId, request.Job.Id, request.Transition, batch.Now);
        batch.Changes.Attempted(request.Job.ProjectId, request.Attempt, request.Died);
    }

    protected override bool IsChanged(EndAttempt request) => request.Result;
}
