using Dispatch.Data.Statements;

namespace Dispatch.Writing.Verbs;

/// <summary>Frees 1,000 armed jobs, the most urgent first, so that any host may arm them. Returns how many.</summary>
internal sealed class FreeJobs(HeldJobs held) : BatchedWrite<int>
{
    public HeldJobs Held => held;

    public override Verb Verb => FreeJobsVerb.Instance;
}

internal sealed class FreeJobsVerb : Verb
{
    public static readonly FreeJobsVerb Instance = new();

    private static readonly Dictionary<string, SqlText> Texts = HeldJobs.Conditions.ToDictionary(held => held, TextFor);

    public override int Place => 8;

    public override IEnumerable<SqlCall> Calls(IReadOnlyList<WriteRequest> requests, BatchContext batch) =>
        requests.Cast<FreeJobs>().Select(request => new SqlCall(Texts[request.Held.Condition], request.Held.Values, _ => request.Result++));

    private static SqlText TextFor(string held) => new(
        $"""
        UPDATE "Jobs" SET "ArmedBy" = NULL
        WHERE "Id" IN (
            SELECT j."Id" FROM "Jobs" AS j WHERE {held} AND j."NextAttemptAt" IS NOT NULL AND j."Status" <> 'FIRING'
            ORDER BY j."NextAttemptAt" LIMIT 1000)
        RETURNING "Id";
        """,
        $"""
        WITH "held" AS (
            SELECT j."Id" FROM "Jobs" AS j WHERE {held} AND j."NextAttemptAt" IS NOT NULL AND j."Status" <> 'FIRING'
            ORDER BY j."NextAttemptAt" LIMIT 1000
            FOR UPDATE SKIP LOCKED)
        UPDATE "Jobs" AS j SET "ArmedBy" = NULL FROM "held" AS h WHERE j."Id" = h."Id"
        RETURNING j."Id";
        """,
        $"""
        WITH [held] AS (
            SELECT TOP (1000) j.[Id], j.[ArmedBy] FROM [Jobs] AS j WITH (READPAST, READCOMMITTEDLOCK, UPDLOCK, ROWLOCK)
            WHERE {SqlText.InBrackets(held)} AND j.[NextAttemptAt] IS NOT NULL AND j.[Status] <> N'FIRING' ORDER BY j.[NextAttemptAt])
        UPDATE [held] SET [ArmedBy] = NULL OUTPUT inserted.[Id];
        """);
}
