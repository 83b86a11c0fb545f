using Dispatch.Counters;
using Dispatch.Data.Statements;
using Dispatch.Model;

namespace Dispatch.Writing.Verbs;

/// <summary>
/// FIRING → SCHEDULED, with an attempt that is logged as interrupted, for 1,000 jobs whose host died: nobody knows whether it sent them.
/// Returns how many.
/// </summary>
internal sealed class InterruptJobs(HeldJobs held) : BatchedWrite<int>
{
    public HeldJobs Held => held;

    public override Verb Verb => InterruptJobsVerb.Instance;
}

internal sealed class InterruptJobsVerb : Verb
{
    public static readonly InterruptJobsVerb Instance = new();

    private const string Error = "The host stopped before the outcome of this attempt was recorded.";

    private static readonly Dictionary<string, SqlText> Texts = HeldJobs.Conditions.ToDictionary(held => held, TextFor);

    public override int Place => 9;

    public override IEnumerable<SqlCall> Calls(IReadOnlyList<WriteRequest> requests, BatchContext batch) =>
        requests.Cast<InterruptJobs>().Select(request => new SqlCall(
            Texts[request.Held.Condition],
            [.. batch.Values, .. request.Held.Values],
            row =>
            {
                request.Result++;
                batch.Changes.Moved(row.Id(1), row.Id(0), Transition.Interrupt, batch.Now);
            }));

    // The attempt was sent after UpdatedAt, the time of the claim, and not before it was due.
    private static SqlText TextFor(string held) => new(
        $"""
        INSERT INTO "Attempts" ("Id", "JobId", "Number", "Status", "Error", "FiredAt")
        SELECT randomblob(16), j."Id", j."Attempt", 'INTERRUPTED', '{Error}', max(j."UpdatedAt", j."NextAttemptAt")
        FROM "Jobs" AS j WHERE {held} AND j."NextAttemptAt" IS NOT NULL AND j."Status" = 'FIRING'
        ORDER BY j."NextAttemptAt", j."Id" LIMIT 1000;
        UPDATE "Jobs" SET "Status" = 'SCHEDULED', "UpdatedAt" = @now, "ArmedBy" = NULL
        WHERE "Id" IN (
            SELECT j."Id" FROM "Jobs" AS j WHERE {held} AND j."NextAttemptAt" IS NOT NULL AND j."Status" = 'FIRING'
            ORDER BY j."NextAttemptAt", j."Id" LIMIT 1000)
        RETURNING "Id", "ProjectId";
        """,
        $"""
        WITH "held" AS (
            SELECT j."Id", GREATEST(j."UpdatedAt", j."NextAttemptAt") AS "SentAt" FROM "Jobs" AS j
            WHERE {held} AND j."NextAttemptAt" IS NOT NULL AND j."Status" = 'FIRING'
            ORDER BY j."NextAttemptAt" LIMIT 1000
            FOR UPDATE SKIP LOCKED),
        "moved" AS (
            UPDATE "Jobs" AS j SET "Status" = 'SCHEDULED', "UpdatedAt" = @now, "ArmedBy" = NULL
            FROM "held" AS h WHERE j."Id" = h."Id"
            RETURNING j."Id", j."ProjectId", j."Attempt", h."SentAt", 'FIRING' AS "From", j."Status" AS "To"),
        "logged" AS (
            INSERT INTO "Attempts" ("Id", "JobId", "Number", "Status", "Error", "FiredAt")
            SELECT gen_random_uuid(), "Id", "Attempt", 'INTERRUPTED', '{Error}', "SentAt" FROM "moved"),
        {CountSql.Postgres}
        SELECT "Id", "ProjectId" FROM "moved";
        """,
        $"""
        DECLARE @moved TABLE ([Id] binary(16), [ProjectId] binary(16), [Attempt] int, [SentAt] bigint, [From] nvarchar(9),
            [To] nvarchar(9));
        WITH [held] AS (
            SELECT TOP (1000) j.[Id], j.[ProjectId], j.[Attempt], j.[UpdatedAt], j.[NextAttemptAt], j.[Status],
                j.[ArmedBy]
            FROM [Jobs] AS j WITH (READPAST, READCOMMITTEDLOCK, UPDLOCK, ROWLOCK)
            WHERE {SqlText.InBrackets(held)} AND j.[NextAttemptAt] IS NOT NULL AND j.[Status] = N'FIRING' ORDER BY j.[NextAttemptAt])
        UPDATE [held] SET [Status] = N'SCHEDULED', [UpdatedAt] = @now, [ArmedBy] = NULL
        OUTPUT inserted.[Id], inserted.[ProjectId], inserted.[Attempt],
            CASE WHEN deleted.[UpdatedAt] > deleted.[NextAttemptAt] THEN deleted.[UpdatedAt] ELSE deleted.[NextAttemptAt] END,
            deleted.[Status], inserted.[Status]
        INTO @moved;
        INSERT INTO [Attempts] ([Id], [JobId], [Number], [Status], [Error], [FiredAt])
        SELECT CAST(NEWID() AS binary(16)), [Id], [Attempt], N'INTERRUPTED', N'{Error}', [SentAt] FROM @moved;
        {CountSql.SqlServer}
        SELECT [Id], [ProjectId] FROM @moved;
        """);
}
