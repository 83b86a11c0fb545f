using Dispatch.Data.Statements;
using Dispatch.Model;
using Dispatch.Settings;

namespace Dispatch.Writing.Verbs;

/// <summary>Takes free jobs due in (after, until] for this host, earliest first. The sweeper sets their alarms.</summary>
/// <param name="after">Milliseconds since the Unix epoch, UTC, as <paramref name="until"/>.</param>
/// <param name="partition">The jobs that this host may take; the whole if it may take all.</param>
/// <param name="crowded">Projects whose jobs are left out, because their account has its share.</param>
internal sealed class ArmJobs(long after, long until, int limit, Partition partition, IReadOnlyList<Guid> crowded)
    : BatchedWrite<List<Alarm>>
{
    public bool LeavesOut => crowded.Count > 0;

    public IEnumerable<SqlValue> Values(DatabaseProvider provider)
    {
        yield return new("after", after);
        yield return new("until", until);
        yield return new("limit", limit);
        yield return new("hosts", (long)partition.Count);
        yield return new("index", (long)partition.Index);
        if (LeavesOut) yield return new("crowded", provider == DatabaseProvider.Postgres ? crowded.ToArray() : InJson());
    }

    private string InJson() => $"[{string.Join(',', crowded.Select(InQuotes))}]";

    private static string InQuotes(Guid id) => $"\"{Convert.ToHexString(id.ToByteArray(bigEndian: true))}\"";

    public override Verb Verb => ArmJobsVerb.Instance;

    public override void Begin()
    {
        base.Begin();
        Result = [];
    }
}

internal sealed class ArmJobsVerb : Verb
{
    public static readonly ArmJobsVerb Instance = new();

    private const string Window = """
        j."ArmedBy" IS NULL AND j."NextAttemptAt" > @after AND j."NextAttemptAt" <= @until AND j."CreatedAt" % 127 % @hosts = @index
        """;

    private const string Columns = """
        "Id", "AccountId", "ProjectId", "WebhookUrl", "NextAttemptAt", "Status", "Attempt", "Generation"
        """;

    private static readonly SqlText Arm = Text("", "", "");

    private static readonly SqlText ArmOthers = Text(
        """ AND j."ProjectId" NOT IN (SELECT unhex(c."value") FROM json_each(@crowded) AS c)""",
        """ AND j."ProjectId" <> ALL (@crowded)""",
        """ AND j.[ProjectId] NOT IN (SELECT CONVERT(binary(16), c.[value], 2) FROM OPENJSON(@crowded) AS c)""");

    public override int Place => 7;

    public override IEnumerable<SqlCall> Calls(IReadOnlyList<WriteRequest> requests, BatchContext batch) =>
        requests.Cast<ArmJobs>().Select(request => new SqlCall(
            request.LeavesOut ? ArmOthers : Arm,
            [new("hostId", batch.Host.Id), .. request.Values(batch.Provider)],
            row => request.Result!.Add(AlarmOf(row))));

    // The jobs that somebody else has locked are left out, also of those that count against the limit. PostgreSQL takes the order from the
    // index only if ArmedBy is named, though it is always NULL; otherwise it would sort everything that is free.
    private static SqlText Text(string sqlite, string postgres, string sqlServer) => new(
        $"""
        UPDATE "Jobs" SET "ArmedBy" = @hostId
        WHERE "Id" IN (SELECT j."Id" FROM "Jobs" AS j WHERE {Window}{sqlite} ORDER BY j."NextAttemptAt" LIMIT @limit)
        RETURNING {Columns};
        """,
        $"""
        WITH "free" AS (
            SELECT j."Id" FROM "Jobs" AS j WHERE {Window}{postgres} ORDER BY j."ArmedBy", j."NextAttemptAt" LIMIT @limit
            FOR UPDATE SKIP LOCKED)
        UPDATE "Jobs" AS j SET "ArmedBy" = @hostId FROM "free" AS f WHERE j."Id" = f."Id"
        RETURNING {Qualified("j")};
        """,
        $"""
        WITH [free] AS (
            SELECT TOP (@limit) j.[Id], j.[AccountId], j.[ProjectId], j.[WebhookUrl], j.[NextAttemptAt], j.[Status], j.[Attempt],
                j.[Generation], j.[ArmedBy]
            FROM [Jobs] AS j WITH (READPAST, READCOMMITTEDLOCK, UPDLOCK, ROWLOCK)
            WHERE {SqlText.InBrackets(Window)}{sqlServer} ORDER BY j.[NextAttemptAt])
        UPDATE [free] SET [ArmedBy] = @hostId
        OUTPUT inserted.[Id], inserted.[AccountId], inserted.[ProjectId], inserted.[WebhookUrl], inserted.[NextAttemptAt],
            inserted.[Status], inserted.[Attempt], inserted.[Generation];
        """);

    private static Alarm AlarmOf(SqlRow row) => new(
        row.Id(0), row.Id(1), row.Id(2), Alarm.DestinationOf(row.Text(3)), row.Long(4),
        IsRetry: row.Text(5) == JobStatus.Failed.ToName(), row.Number(6), row.Number(7));

    private static string Qualified(string table) => Columns.Replace("\"Id\"", $"{table}.\"Id\"");
}
