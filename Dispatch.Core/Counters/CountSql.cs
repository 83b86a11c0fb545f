using Dispatch.Data.Statements;
using Dispatch.Model;

namespace Dispatch.Counters;

/// <summary>
/// Adds changes to the counters. On a server, each statement that changes jobs ends with <see cref="Postgres"/> or <see cref="SqlServer"/>
/// and so counts what it changed itself, which saves a round trip. If a stranger has locked a row, the change goes to a row of the host
/// <c>@spareId</c>, which does not exist; <c>MergeCounters</c> adds that row to the others later.
/// </summary>
internal static class CountSql
{
    /// <summary>Follows a CTE <c>"moved" ("ProjectId", "From", "To")</c>, one row for each job.</summary>
    public static readonly string Postgres = $"""
        "change" AS (
            SELECT "ProjectId",
                count(*) FILTER (WHERE "To" = 'SCHEDULED') - count(*) FILTER (WHERE "From" = 'SCHEDULED') AS "Scheduled",
                count(*) FILTER (WHERE "To" = 'FIRING') - count(*) FILTER (WHERE "From" = 'FIRING') AS "Firing",
                count(*) FILTER (WHERE "To" = 'SUCCESS') - count(*) FILTER (WHERE "From" = 'SUCCESS') AS "Success",
                count(*) FILTER (WHERE "To" = 'FAILED') - count(*) FILTER (WHERE "From" = 'FAILED') AS "Failed",
                count(*) FILTER (WHERE "To" = 'DEAD') - count(*) FILTER (WHERE "From" = 'DEAD') AS "Dead",
                count(*) FILTER (WHERE "To" = 'CANCELLED') - count(*) FILTER (WHERE "From" = 'CANCELLED') AS "Cancelled"
            FROM "moved" GROUP BY "ProjectId"),
        {AddOnPostgres}
        """;

    /// <summary>Follows a table variable <c>@moved ([ProjectId], [From], [To])</c>, one row for each job.</summary>
    public static readonly string SqlServer = $"""
        {ChangeOnSqlServer}
        INSERT INTO @change
        SELECT [ProjectId],
            SUM(CASE [To] WHEN N'SCHEDULED' THEN 1 ELSE 0 END) - SUM(CASE [From] WHEN N'SCHEDULED' THEN 1 ELSE 0 END),
            SUM(CASE [To] WHEN N'FIRING' THEN 1 ELSE 0 END) - SUM(CASE [From] WHEN N'FIRING' THEN 1 ELSE 0 END),
            SUM(CASE [To] WHEN N'SUCCESS' THEN 1 ELSE 0 END) - SUM(CASE [From] WHEN N'SUCCESS' THEN 1 ELSE 0 END),
            SUM(CASE [To] WHEN N'FAILED' THEN 1 ELSE 0 END) - SUM(CASE [From] WHEN N'FAILED' THEN 1 ELSE 0 END),
            SUM(CASE [To] WHEN N'DEAD' THEN 1 ELSE 0 END) - SUM(CASE [From] WHEN N'DEAD' THEN 1 ELSE 0 END),
            SUM(CASE [To] WHEN N'CANCELLED' THEN 1 ELSE 0 END) - SUM(CASE [From] WHEN N'CANCELLED' THEN 1 ELSE 0 END)
        FROM @moved GROUP BY [ProjectId];
        {AddOnSqlServer}
        """;

    private const string AddOnPostgres = """
        "own" AS (
            SELECT x.* FROM "change" AS x CROSS JOIN LATERAL (
                SELECT 1 FROM "ProjectCounters" AS c WHERE c."ProjectId" = x."ProjectId" AND c."HostId" = @hostId
                OFFSET 0 FOR UPDATE SKIP LOCKED) AS free),
        "added" AS (
            UPDATE "ProjectCounters" AS c
            SET "Scheduled" = c."Scheduled" + x."Scheduled", "Firing" = c."Firing" + x."Firing", "Success" = c."Success" + x."Success",
                "Failed" = c."Failed" + x."Failed", "Dead" = c."Dead" + x."Dead", "Cancelled" = c."Cancelled" + x."Cancelled",
                "Changes" = c."Changes" + 1
            FROM "own" AS x WHERE c."HostId" = @hostId AND c."ProjectId" = x."ProjectId"
            RETURNING c."ProjectId"),
        "addedElsewhere" AS (
            INSERT INTO "ProjectCounters" AS c
                ("ProjectId", "HostId", "Scheduled", "Firing", "Success", "Failed", "Dead", "Cancelled", "Changes")
            SELECT x."ProjectId",
                CASE WHEN EXISTS (SELECT 1 FROM "ProjectCounters" AS o WHERE o."ProjectId" = x."ProjectId" AND o."HostId" = @hostId)
                    THEN @spareId ELSE @hostId END,
                x."Scheduled", x."Firing", x."Success", x."Failed", x."Dead", x."Cancelled", 1
            FROM "change" AS x WHERE x."ProjectId" NOT IN (SELECT "ProjectId" FROM "added")
            ON CONFLICT ("ProjectId", "HostId") DO UPDATE
            SET "Scheduled" = c."Scheduled" + EXCLUDED."Scheduled", "Firing" = c."Firing" + EXCLUDED."Firing",
                "Success" = c."Success" + EXCLUDED."Success", "Failed" = c."Failed" + EXCLUDED."Failed",
                "Dead" = c."Dead" + EXCLUDED."Dead", "Cancelled" = c."Cancelled" + EXCLUDED."Cancelled",
                "Changes" = c."Changes" + 1)
        """;

    private const string ChangeOnSqlServer = """
        DECLARE @change TABLE ([ProjectId] binary(16), [Scheduled] bigint, [Firing] bigint, [Success] bigint, [Failed] bigint,
            [Dead] bigint, [Cancelled] bigint);
        """;

    private const string AddOnSqlServer = """
        DECLARE @added TABLE ([ProjectId] binary(16));
        UPDATE c
        SET [Scheduled] += x.[Scheduled], [Firing] += x.[Firing], [Success] += x.[Success], [Failed] += x.[Failed], [Dead] += x.[Dead],
            [Cancelled] += x.[Cancelled], [Changes] += 1
        OUTPUT inserted.[ProjectId] INTO @added
        FROM @change AS x
        JOIN [ProjectCounters] AS c WITH (READPAST, READCOMMITTEDLOCK, ROWLOCK, FORCESEEK)
            ON c.[ProjectId] = x.[ProjectId] AND c.[HostId] = @hostId;
        UPDATE c
        SET [Scheduled] += x.[Scheduled], [Firing] += x.[Firing], [Success] += x.[Success], [Failed] += x.[Failed], [Dead] += x.[Dead],
            [Cancelled] += x.[Cancelled], [Changes] += 1
        OUTPUT inserted.[ProjectId] INTO @added
        FROM @change AS x
        JOIN [ProjectCounters] AS c WITH (ROWLOCK, FORCESEEK) ON c.[ProjectId] = x.[ProjectId] AND c.[HostId] = @spareId
        WHERE x.[ProjectId] NOT IN (SELECT [ProjectId] FROM @added);
        INSERT INTO [ProjectCounters]
            ([ProjectId], [HostId], [Scheduled], [Firing], [Success], [Failed], [Dead], [Cancelled], [Changes])
        SELECT x.[ProjectId],
            CASE WHEN EXISTS (SELECT 1 FROM [ProjectCounters] AS o WHERE o.[ProjectId] = x.[ProjectId] AND o.[HostId] = @hostId)
                THEN @spareId ELSE @hostId END,
            x.[Scheduled], x.[Firing], x.[Success], x.[Failed], x.[Dead], x.[Cancelled], 1
        FROM @change AS x WHERE x.[ProjectId] NOT IN (SELECT [ProjectId] FROM @added);
        """;

    /// <summary>Adds differences that were computed before: SQLite's of each batch, and on every database those of rare writes.</summary>
    public static readonly RowStatement<ProjectChange> Add = new RowStatement<ProjectChange>(change => change.ProjectId, new SqlText(
        """
        INSERT INTO "ProjectCounters"
            ("ProjectId", "HostId", "Scheduled", "Firing", "Success", "Failed", "Dead", "Cancelled", "Changes")
        VALUES (@ProjectId, @hostId, @Scheduled, @Firing, @Success, @Failed, @Dead, @Cancelled, 1)
        ON CONFLICT ("ProjectId", "HostId") DO UPDATE
        SET "Scheduled" = "Scheduled" + excluded."Scheduled", "Firing" = "Firing" + excluded."Firing",
            "Success" = "Success" + excluded."Success", "Failed" = "Failed" + excluded."Failed",
            "Dead" = "Dead" + excluded."Dead", "Cancelled" = "Cancelled" + excluded."Cancelled", "Changes" = "Changes" + 1;
        """,
        $"""
        WITH "change" AS (
            SELECT * FROM unnest(@ProjectId, @Scheduled, @Firing, @Success, @Failed, @Dead, @Cancelled)
                AS x ("ProjectId", "Scheduled", "Firing", "Success", "Failed", "Dead", "Cancelled")),
        {AddOnPostgres}
        SELECT 1 WHERE FALSE;
        """,
        $"""
        {ChangeOnSqlServer}
        INSERT INTO @change
        SELECT [ProjectId], [Scheduled], [Firing], [Success], [Failed], [Dead], [Cancelled] FROM OPENJSON(@rows)
        WITH ([ProjectId] binary(16), [Scheduled] bigint, [Firing] bigint, [Success] bigint, [Failed] bigint, [Dead] bigint,
            [Cancelled] bigint);
        {AddOnSqlServer}
        """))
        .Column("ProjectId", change => change.ProjectId)
        .Column("Scheduled", change => change.Counts.Scheduled)
        .Column("Firing", change => change.Counts.Firing)
        .Column("Success", change => change.Counts.Success)
        .Column("Failed", change => change.Counts.Failed)
        .Column("Dead", change => change.Counts.Dead)
        .Column("Cancelled", change => change.Counts.Cancelled);

    internal sealed record ProjectChange(Guid ProjectId, StatusCounts Counts);
}
