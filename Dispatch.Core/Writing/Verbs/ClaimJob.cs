using Dispatch.Counters;
using Dispatch.Data.Statements;
using Dispatch.Model;
using Dispatch.Time;

namespace Dispatch.Writing.Verbs;

/// <summary>
/// SCHEDULED → FIRING: this host takes the job for itself. It comes after <c>DeliveryRunner</c>, which sends the job next. Null: the job
/// was cancelled, moved or claimed, is another host's, or its project was deleted.
/// </summary>
/// <param name="leaseTerm">
/// The term of this host's lease; null while the host does not hold it, because it would not send the job. Asked at each try.
/// </param>
internal sealed class ClaimJob(Alarm alarm, Func<int?> leaseTerm) : BatchedWrite<ClaimedJob?>
{
    public Alarm Alarm => alarm;

    public override Guid AccountId => alarm.AccountId;

    /// <summary>The lease's term at this try.</summary>
    public int Term { get; private set; }

    /// <summary>The lease's term at the first try whose answer was lost.</summary>
    public int TermIfStored { get; private set; }

    public override bool IsAwaited => false;

    public override bool StartsAttempt => true;

    public override long? Before => alarm.DueAt;

    public override bool CanBeMade
    {
        get
        {
            if (leaseTerm() is not { } term) return false;
            if (!MayBeStored) TermIfStored = term;
            Term = term;
            return true;
        }
    }

    public override Verb Verb => ClaimJobs.Verb;

    public override string Subject => $"The job {alarm.JobId}";
}

internal sealed class ClaimJobs : Verb<ClaimJob>
{
    public static readonly ClaimJobs Verb = new();

    /// <summary>The columns that a delivery needs, as the statements have left them, in the order of <see cref="Read"/>.</summary>
    private const string Row = """
        j."Id", j."AccountId", j."ProjectId", j."Title", j."WebhookUrl", j."Payload", j."FireAt", j."Attempt", j."RetryCount",
        j."NextAttemptAt"
        """;

    private const string Secrets = """p."SecretCipher", p."PreviousSecretCipher", p."PreviousSecretExpiresAt" """;

    private const string Claimable = """
        j."Status" = 'SCHEDULED' AND j."Attempt" = a."Attempt" AND j."Generation" = a."Generation" AND j."ArmedBy" = @hostId
            AND j."NextAttemptAt" <= @latest
        """;

    // A stale alarm finds another attempt or generation. One that rings early, because the clock was set back, finds a later due time.
    private static readonly RowStatement<ClaimJob> Claim = new RowStatement<ClaimJob>(claim => claim.Alarm.JobId, new SqlText(
        $"""
        UPDATE "Jobs" SET "Status" = 'FIRING', "UpdatedAt" = @now, "Attempt" = "Attempt" + 1
        WHERE "Id" = @Id AND "Status" = 'SCHEDULED' AND "Attempt" = @Attempt AND "Generation" = @Generation AND "ArmedBy" = @hostId
            AND "NextAttemptAt" <= @latest
            AND EXISTS (SELECT 1 FROM "Projects" AS p WHERE p."Id" = "ProjectId" AND p."DeletedAt" IS NULL)
        RETURNING "Id", "AccountId", "ProjectId", "Title", "WebhookUrl", "Payload", "FireAt",
            "Attempt", "RetryCount", "NextAttemptAt", {BigBytes("length", job: "")},
            (SELECT p."SecretCipher" FROM "Projects" AS p WHERE p."Id" = "ProjectId"),
            (SELECT p."PreviousSecretCipher" FROM "Projects" AS p WHERE p."Id" = "ProjectId"),
            (SELECT p."PreviousSecretExpiresAt" FROM "Projects" AS p WHERE p."Id" = "ProjectId");
        """,
        $"""
        WITH "free" AS (
            SELECT a."Id" FROM unnest(@Id, @Attempt, @Generation) AS a ("Id", "Attempt", "Generation")
            CROSS JOIN {LockedRow.OnPostgres} AS j
            JOIN "Projects" AS p ON p."Id" = j."ProjectId"
            WHERE {Claimable} AND p."DeletedAt" IS NULL),
        "moved" AS (
            UPDATE "Jobs" AS j SET "Status" = 'FIRING', "UpdatedAt" = @now, "Attempt" = j."Attempt" + 1
            FROM "free" AS f WHERE j."Id" = f."Id"
            RETURNING {Row}, 'SCHEDULED' AS "From", j."Status" AS "To"),
        {CountSql.Postgres}
        SELECT {Row}, {BigBytes("octet_length")}, {Secrets} FROM "moved" AS j JOIN "Projects" AS p ON p."Id" = j."ProjectId";
        """,
        $"""
        DECLARE @moved TABLE ([Id] binary(16), [AccountId] binary(16), [ProjectId] binary(16), [Title] nvarchar(400),
            [WebhookUrl] nvarchar(2048), [Payload] varbinary(max), [FireAt] bigint, [Attempt] int, [RetryCount] int,
            [NextAttemptAt] bigint, [From] nvarchar(9), [To] nvarchar(9));
        UPDATE j SET [Status] = N'FIRING', [UpdatedAt] = @now, [Attempt] = j.[Attempt] + 1
        OUTPUT inserted.[Id], inserted.[AccountId], inserted.[ProjectId], inserted.[Title], inserted.[WebhookUrl],
            inserted.[Payload], inserted.[FireAt], inserted.[Attempt],
            inserted.[RetryCount], inserted.[NextAttemptAt], deleted.[Status], inserted.[Status]
        INTO @moved
        FROM OPENJSON(@rows) WITH ([Id] binary(16), [Attempt] int, [Generation] int) AS a
        JOIN [Jobs] AS j WITH (READPAST, READCOMMITTEDLOCK, ROWLOCK, FORCESEEK) ON j.[Id] = a.[Id]
        JOIN [Projects] AS p ON p.[Id] = j.[ProjectId] AND p.[DeletedAt] IS NULL
        WHERE {TSql(Claimable)};
        {CountSql.SqlServer}
        SELECT {TSql(Row)}, {TSql(BigBytes("DATALENGTH"))}, {TSql(Secrets)} FROM @moved AS j JOIN [Projects] AS p ON p.[Id] = j.[ProjectId];
        """))
        .Column("Id", claim => claim.Alarm.JobId)
        .Column("Attempt", claim => claim.Alarm.Attempt)
        .Column("Generation", claim => claim.Alarm.Generation);

    private static readonly RowStatement<ClaimJob> StillFree = Claim.With(new SqlText(
        sqlite: "",
        $"""
        SELECT j."Id" FROM unnest(@Id, @Attempt, @Generation) AS a ("Id", "Attempt", "Generation")
        JOIN "Jobs" AS j ON j."Id" = a."Id" JOIN "Projects" AS p ON p."Id" = j."ProjectId"
        WHERE {Claimable} AND p."DeletedAt" IS NULL;
        """,
        $"""
        SELECT j.[Id] FROM OPENJSON(@rows) WITH ([Id] binary(16), [Attempt] int, [Generation] int) AS a
        JOIN [Jobs] AS j ON j.[Id] = a.[Id] JOIN [Projects] AS p ON p.[Id] = j.[ProjectId]
        WHERE {TSql(Claimable)} AND p.[DeletedAt] IS NULL;
        """));

    // The connection broke before the answer came. Nobody else claims an alarm of this host.
    private static readonly RowStatement<ClaimJob> OwnClaim = Claim.With(new SqlText(
        sqlite: "",
        $"""
        SELECT {Row}, {BigBytes("octet_length")}, {Secrets} FROM unnest(@Id, @Attempt, @Generation) AS a ("Id", "Attempt", "Generation")
        JOIN "Jobs" AS j ON j."Id" = a."Id" JOIN "Projects" AS p ON p."Id" = j."ProjectId"
        WHERE j."Status" = 'FIRING' AND j."ArmedBy" = @hostId AND j."Attempt" = a."Attempt" + 1 AND j."Generation" = a."Generation";
        """,
        $"""
        SELECT {TSql(Row)}, {TSql(BigBytes("DATALENGTH"))}, {TSql(Secrets)}
        FROM OPENJSON(@rows) WITH ([Id] binary(16), [Attempt] int, [Generation] int) AS a
        JOIN [Jobs] AS j ON j.[Id] = a.[Id] JOIN [Projects] AS p ON p.[Id] = j.[ProjectId]
        WHERE j.[Status] = N'FIRING' AND j.[ArmedBy] = @hostId AND j.[Attempt] = a.[Attempt] + 1 AND j.[Generation] = a.[Generation];
        """));

    public override int Place => 5;

    protected override RowStatement<ClaimJob> Statement => Claim;

    protected override RowStatement<ClaimJob> Locked => StillFree;

    protected override RowStatement<ClaimJob> Stored => OwnClaim;

    protected override IReadOnlyList<SqlValue> Values(BatchContext batch) =>
        [.. batch.Values, new("latest", batch.Now + (long)Timing.EarliestClaim.TotalMilliseconds)];

    protected override void Read(ClaimJob request, SqlRow row, BatchContext batch) => request.Result = new ClaimedJob(
        new Job
        {
            Id = row.Id(0),
            AccountId = row.Id(1),
            ProjectId = row.Id(2),
            Title = row.Text(3),
            WebhookUrl = row.Text(4),
            Payload = row.Bytes(5),
            FireAt = row.Long(6),
            Status = JobStatus.Firing,
            Attempt = row.Number(7),
            RetryCount = row.Number(8),
            NextAttemptAt = row.Long(9),
            ArmedBy = batch.Host.Id,
            Generation = request.Alarm.Generation,
        },
        row.Text(11),
        row.OptionalText(12),
        row.OptionalLong(13))
    {
        Term = request.IsInQuestion ? request.TermIfStored : request.Term,
        BigPayloadBytes = row.OptionalNumber(10) ?? 0,
    };

    protected override void Note(ClaimJob request, BatchContext batch) =>
        batch.Changes.Moved(request.Alarm.ProjectId, request.Alarm.JobId, Transition.Claim, batch.Now);

    protected override bool IsChanged(ClaimJob request) => request.Result is not null;

    /// <param name="length">The database's function for the length of a value in bytes.</param>
    private static string BigBytes(string length, string job = "j.") => $"""
        CASE WHEN {length}({job}"Payload") = 0
            THEN (SELECT CAST({length}(b."Bytes") AS int) FROM "BigPayloads" AS b WHERE b."JobId" = {job}"Id") END
        """;

    private static string TSql(string names) => SqlText.InBrackets(names);
}
