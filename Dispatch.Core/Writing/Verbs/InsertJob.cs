using Dispatch.Counters;
using Dispatch.Data.Statements;
using Dispatch.Model;

namespace Dispatch.Writing.Verbs;

/// <summary>
/// Stores a new job. It comes after <c>JobService</c> on a job's way; <c>AlarmClock</c> follows. False: the key was revoked or the project
/// deleted meanwhile, which the statement checks, so that <c>POST /jobs</c> may use a key from its cache.
/// </summary>
/// <param name="keyId">The caller's API key; null for a signed-in person.</param>
internal sealed class InsertJob(Job job, Guid? keyId) : BatchedWrite<bool>
{
    public Job Job => job;

    public Guid? KeyId => keyId;

    public override Guid AccountId => job.AccountId;

    public override int Bytes => job.Payload.Length;

    public override Verb Verb => InsertJobs.Verb;

    public override string Subject => $"The project {job.ProjectId}";
}

internal sealed class InsertJobs : Verb<InsertJob>
{
    public static readonly InsertJobs Verb = new();

    private const string Columns = """
        "Id", "AccountId", "ProjectId", "Title", "WebhookUrl", "Payload", "FireAt", "Status", "Attempt", "Generation", "RetryCount",
        "NextAttemptAt", "ArmedBy", "CreatedAt", "UpdatedAt"
        """;

    private const string ApartOnSqlite = """
        ;
        INSERT INTO "BigPayloads" ("JobId", "Bytes") SELECT @Id, @BigPayload WHERE EXISTS (SELECT 1 FROM "Jobs" WHERE "Id" = @Id)
        RETURNING "JobId"
        """;

    private const string ApartOnPostgres = """
        "apart" AS (
            INSERT INTO "BigPayloads" ("JobId", "Bytes")
            SELECT n."Id", n."BigPayload" FROM "new" AS n JOIN "moved" AS m ON m."Id" = n."Id"),
        """;

    private const string ApartOnSqlServer = """
        INSERT INTO [BigPayloads] ([JobId], [Bytes])
        SELECT n.[Id], n.[BigPayload] FROM OPENJSON(@rows) WITH ([Id] binary(16), [BigPayload] varbinary(max)) AS n
        JOIN @moved AS m ON m.[Id] = n.[Id];
        """;

    private static readonly RowStatement<InsertJob> Insert = For(isApart: false);

    private static readonly RowStatement<InsertJob> InsertWithBigPayload =
        For(isApart: true).Column("BigPayload", insert => insert.Job.Payload);

    private static readonly RowStatement<InsertJob> OfLockedProjects = Insert.With(new SqlText(
        sqlite: "",
        """
        SELECT n."Id" FROM unnest(@Id, @ProjectId, @KeyId) AS n ("Id", "ProjectId", "KeyId")
        JOIN "Projects" AS p ON p."Id" = n."ProjectId" AND p."DeletedAt" IS NULL
        WHERE n."KeyId" IS NULL OR EXISTS (SELECT 1 FROM "ApiKeys" AS k WHERE k."Id" = n."KeyId");
        """,
        """
        SELECT n.[Id] FROM OPENJSON(@rows) WITH ([Id] binary(16), [ProjectId] binary(16), [KeyId] binary(16)) AS n
        JOIN [Projects] AS p ON p.[Id] = n.[ProjectId] AND p.[DeletedAt] IS NULL
        WHERE n.[KeyId] IS NULL OR EXISTS (SELECT 1 FROM [ApiKeys] AS k WHERE k.[Id] = n.[KeyId]);
        """));

    public override int Place => 1;

    protected override RowStatement<InsertJob> Statement => Insert;

    public override IEnumerable<SqlCall> Calls(IReadOnlyList<WriteRequest> requests, BatchContext batch) => requests.Cast<InsertJob>()
        .GroupBy(insert => BigPayload.IsFor(insert.Job))
        .SelectMany(group => Calls(group.Key ? InsertWithBigPayload : Statement, [.. group], batch));

    protected override RowStatement<InsertJob> Locked => OfLockedProjects;

    protected override void Read(InsertJob request, SqlRow row, BatchContext batch) => request.Result = true;

    protected override void Note(InsertJob request, BatchContext batch) => batch.Changes.Inserted(request.Job);

    protected override bool IsChanged(InsertJob request) => request.Result;

    // A foreign key waits for a locked project, and so would all other jobs of the batch. PostgreSQL therefore locks the projects first,
    // and skips those that it cannot lock.
    /// <param name="isApart">True for jobs with a <see cref="BigPayload"/>.</param>
    private static RowStatement<InsertJob> For(bool isApart) => new RowStatement<InsertJob>(insert => insert.Job.Id, new SqlText(
        $"""
        INSERT INTO "Jobs" ({Columns})
        SELECT @Id, @AccountId, @ProjectId, @Title, @WebhookUrl, @Payload, @FireAt, 'SCHEDULED', 0, 0, 0, @FireAt, @ArmedBy, @CreatedAt,
            @CreatedAt
        WHERE EXISTS (SELECT 1 FROM "Projects" WHERE "Id" = @ProjectId AND "DeletedAt" IS NULL)
            AND (@KeyId IS NULL OR EXISTS (SELECT 1 FROM "ApiKeys" WHERE "Id" = @KeyId))
        {(isApart ? ApartOnSqlite : "RETURNING \"Id\"")};
        """,
        $"""
        WITH "new" AS (
            SELECT * FROM unnest(@Id, @AccountId, @ProjectId, @Title, @WebhookUrl, @Payload, @FireAt, @ArmedBy, @CreatedAt, @KeyId
                {(isApart ? ", @BigPayload" : "")})
                AS n ("Id", "AccountId", "ProjectId", "Title", "WebhookUrl", "Payload", "FireAt", "ArmedBy", "CreatedAt", "KeyId"
                {(isApart ? ", \"BigPayload\"" : "")})),
        "project" AS (
            SELECT p."Id" FROM "Projects" AS p
            WHERE p."Id" IN (SELECT "ProjectId" FROM "new") AND p."DeletedAt" IS NULL
            FOR KEY SHARE SKIP LOCKED),
        "moved" AS (
            INSERT INTO "Jobs" ({Columns})
            SELECT n."Id", n."AccountId", n."ProjectId", n."Title", n."WebhookUrl", n."Payload", n."FireAt", 'SCHEDULED', 0, 0, 0,
                n."FireAt", n."ArmedBy", n."CreatedAt", n."CreatedAt"
            FROM "new" AS n JOIN "project" AS p ON p."Id" = n."ProjectId"
            WHERE n."KeyId" IS NULL OR EXISTS (SELECT 1 FROM "ApiKeys" AS k WHERE k."Id" = n."KeyId")
            RETURNING "Id", "ProjectId", NULL AS "From", "Status" AS "To"),
        {(isApart ? ApartOnPostgres : "")}
        {CountSql.Postgres}
        SELECT "Id" FROM "moved";
        """,
        $"""
        DECLARE @moved TABLE ([Id] binary(16), [ProjectId] binary(16), [From] nvarchar(9), [To] nvarchar(9));
        INSERT INTO [Jobs] ({Columns.Replace("\"", "")})
        OUTPUT inserted.[Id], inserted.[ProjectId], NULL, inserted.[Status] INTO @moved
        SELECT n.[Id], n.[AccountId], n.[ProjectId], n.[Title], n.[WebhookUrl], ISNULL(n.[Payload], 0x), n.[FireAt], N'SCHEDULED', 0, 0, 0,
            n.[FireAt], n.[ArmedBy], n.[CreatedAt], n.[CreatedAt]
        FROM OPENJSON(@rows)
        WITH ([Id] binary(16), [AccountId] binary(16), [ProjectId] binary(16), [Title] nvarchar(400), [WebhookUrl] nvarchar(2048),
            [Payload] varbinary(max), [FireAt] bigint, [ArmedBy] binary(16), [CreatedAt] bigint, [KeyId] binary(16)) AS n
        JOIN [Projects] AS p WITH (READPAST, READCOMMITTEDLOCK, ROWLOCK) ON p.[Id] = n.[ProjectId] AND p.[DeletedAt] IS NULL
        WHERE n.[KeyId] IS NULL OR EXISTS (SELECT 1 FROM [ApiKeys] AS k WHERE k.[Id] = n.[KeyId]);
        {(isApart ? ApartOnSqlServer : "")}
        {CountSql.SqlServer}
        SELECT [Id] FROM @moved;
        """))
        .Column("Id", insert => insert.Job.Id)
        .Column("AccountId", insert => insert.Job.AccountId)
        .Column("ProjectId", insert => insert.Job.ProjectId)
        .Column("Title", insert => insert.Job.Title)
        .Column("WebhookUrl", insert => insert.Job.WebhookUrl)
        .Column("Payload", insert => BigPayload.IsFor(insert.Job) ? [] : insert.Job.Payload)
        .Column("FireAt", insert => insert.Job.FireAt)
        .Column("ArmedBy", insert => insert.Job.ArmedBy)
        .Column("CreatedAt", insert => insert.Job.CreatedAt)
        .Column("KeyId", insert => insert.KeyId);
}
