using Dispatch.Data.Statements;
using Dispatch.Model;

namespace Dispatch.Counters;

/// <summary>Adds attempts to the hourly statistics, in the manner of <see cref="CountSql"/>.</summary>
internal static class HourSql
{
    private static readonly IReadOnlyList<string> Columns = HourlyStats.Columns;

    private static readonly string Quoted = List(column => $"\"{column}\"");

    private static readonly string Bracketed = List(column => $"[{column}]");

    /// <summary>
    /// Follows a CTE <c>"attempt" ("ProjectId", "Hour", "Succeeded", "Died", "Bucket")</c>. The bucket is the place of the lateness in
    /// <see cref="HourlyStats.LateEdges"/>.
    /// </summary>
    public static readonly string Postgres = $"""
        "hour" AS (
            SELECT "ProjectId", "Hour", count(*) FILTER (WHERE "Succeeded") AS "Succeeded",
                count(*) FILTER (WHERE NOT "Succeeded") AS "Failed", count(*) FILTER (WHERE "Died") AS "Died",
                {Buckets((column, bucket) => $"count(*) FILTER (WHERE \"Bucket\" = {bucket}) AS \"{column}\"")}
            FROM "attempt" GROUP BY "ProjectId", "Hour"),
        {AddOnPostgres}
        """;

    /// <summary>Follows a table variable <c>@attempt</c> with the same columns.</summary>
    public static readonly string SqlServer = $"""
        {HourOnSqlServer}
        INSERT INTO @hour
        SELECT [ProjectId], [Hour], SUM(CASE [Succeeded] WHEN 1 THEN 1 ELSE 0 END), SUM(CASE [Succeeded] WHEN 1 THEN 0 ELSE 1 END),
            SUM(CASE [Died] WHEN 1 THEN 1 ELSE 0 END),
            {Buckets((_, bucket) => $"SUM(CASE [Bucket] WHEN {bucket} THEN 1 ELSE 0 END)")}
        FROM @attempt GROUP BY [ProjectId], [Hour];
        {AddOnSqlServer}
        """;

    /// <summary>Adds figures that were added up before.</summary>
    public static readonly RowStatement<HourChange> Add = Columns.Index().Aggregate(
        new RowStatement<HourChange>(change => change.Key, new SqlText(
            $"""
            INSERT INTO "HourlyStats" ("ProjectId", "Hour", "HostId", {Quoted})
            VALUES (@ProjectId, @Hour, @hostId, {List(column => $"@{column}")})
            ON CONFLICT ("ProjectId", "Hour", "HostId") DO UPDATE
            SET {List(column => $"\"{column}\" = \"{column}\" + excluded.\"{column}\"")};
            """,
            $"""
            WITH "hour" AS (
                SELECT * FROM unnest(@ProjectId, @Hour, {List(column => $"@{column}")}) AS x ("ProjectId", "Hour", {Quoted})),
            {AddOnPostgres}
            SELECT 1 WHERE FALSE;
            """,
            $"""
            {HourOnSqlServer}
            INSERT INTO @hour SELECT [ProjectId], [Hour], {Bracketed} FROM OPENJSON(@rows)
            WITH ([ProjectId] binary(16), [Hour] bigint, {List(column => $"[{column}] bigint")});
            {AddOnSqlServer}
            """))
            .Column("ProjectId", change => change.ProjectId)
            .Column("Hour", change => change.Hour),
        (statement, column) => statement.Column(column.Item, change => change.Figures[column.Index]));

    private static string AddOnPostgres => $"""
        "ownHour" AS (
            SELECT x.* FROM "hour" AS x CROSS JOIN LATERAL (
                SELECT 1 FROM "HourlyStats" AS s WHERE s."ProjectId" = x."ProjectId" AND s."Hour" = x."Hour" AND s."HostId" = @hostId
                OFFSET 0 FOR UPDATE SKIP LOCKED) AS free),
        "addedHour" AS (
            UPDATE "HourlyStats" AS s SET {List(column => $"\"{column}\" = s.\"{column}\" + x.\"{column}\"")}
            FROM "ownHour" AS x WHERE s."HostId" = @hostId AND s."ProjectId" = x."ProjectId" AND s."Hour" = x."Hour"
            RETURNING s."ProjectId", s."Hour"),
        "addedHourElsewhere" AS (
            INSERT INTO "HourlyStats" AS s ("ProjectId", "Hour", "HostId", {Quoted})
            SELECT x."ProjectId", x."Hour",
                CASE WHEN EXISTS (
                        SELECT 1 FROM "HourlyStats" AS o
                        WHERE o."ProjectId" = x."ProjectId" AND o."Hour" = x."Hour" AND o."HostId" = @hostId)
                    THEN @spareId ELSE @hostId END,
                {List(column => $"x.\"{column}\"")}
            FROM "hour" AS x WHERE (x."ProjectId", x."Hour") NOT IN (SELECT "ProjectId", "Hour" FROM "addedHour")
            ON CONFLICT ("ProjectId", "Hour", "HostId") DO UPDATE
            SET {List(column => $"\"{column}\" = s.\"{column}\" + EXCLUDED.\"{column}\"")})
        """;

    private static string HourOnSqlServer =>
        $"DECLARE @hour TABLE ([ProjectId] binary(16), [Hour] bigint, {List(column => $"[{column}] bigint")});";

    private static string AddOnSqlServer => $"""
        DECLARE @addedHour TABLE ([ProjectId] binary(16), [Hour] bigint);
        UPDATE s SET {List(column => $"[{column}] += x.[{column}]")}
        OUTPUT inserted.[ProjectId], inserted.[Hour] INTO @addedHour
        FROM @hour AS x
        JOIN [HourlyStats] AS s WITH (READPAST, READCOMMITTEDLOCK, ROWLOCK, FORCESEEK)
            ON s.[ProjectId] = x.[ProjectId] AND s.[Hour] = x.[Hour] AND s.[HostId] = @hostId;
        UPDATE s SET {List(column => $"[{column}] += x.[{column}]")}
        OUTPUT inserted.[ProjectId], inserted.[Hour] INTO @addedHour
        FROM @hour AS x
        JOIN [HourlyStats] AS s WITH (ROWLOCK, FORCESEEK)
            ON s.[ProjectId] = x.[ProjectId] AND s.[Hour] = x.[Hour] AND s.[HostId] = @spareId
        WHERE NOT EXISTS (SELECT 1 FROM @addedHour AS a WHERE a.[ProjectId] = x.[ProjectId] AND a.[Hour] = x.[Hour]);
        INSERT INTO [HourlyStats] ([ProjectId], [Hour], [HostId], {Bracketed})
        SELECT x.[ProjectId], x.[Hour],
            CASE WHEN EXISTS (
                    SELECT 1 FROM [HourlyStats] AS o
                    WHERE o.[ProjectId] = x.[ProjectId] AND o.[Hour] = x.[Hour] AND o.[HostId] = @hostId)
                THEN @spareId ELSE @hostId END,
            {List(column => $"x.[{column}]")}
        FROM @hour AS x
        WHERE NOT EXISTS (SELECT 1 FROM @addedHour AS a WHERE a.[ProjectId] = x.[ProjectId] AND a.[Hour] = x.[Hour]);
        """;

    private static string List(Func<string, string> column) => string.Join(", ", Columns.Select(column));

    private static string Buckets(Func<string, int, string> column) =>
        string.Join(", ", Columns.Skip(HourlyTotals.Histogram).Select(column));

    internal sealed record HourChange(Guid ProjectId, long Hour, IReadOnlyList<long> Figures)
    {
        /// <summary>Only to tell rows apart; one project may have several hours.</summary>
        public Guid Key { get; } = Guid.NewGuid();
    }
}
