using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Data.Statements;
using Dispatch.Model;

namespace Dispatch.Writing.Verbs;

/// <summary>
/// Adds some of the rows that belong to no living host to those of host <see cref="Guid.Empty"/>, so that the tables do not grow with
/// restarts and locks. Returns the number of rows. Rows that somebody has locked are left for the next time.
/// </summary>
internal sealed class MergeCounters : SingleWrite<int>
{
    /// <summary>Rows of each table in one transaction.</summary>
    private const int Limit = 50;

    private static readonly string Hours = string.Join(", ", HourlyStats.Columns.Select(column => $"\"{column}\""));

    private static readonly SqlText TakeCounters = Take(
        "ProjectCounters", ["ProjectId", "HostId"], """ "ProjectId", "Scheduled", "Firing", "Success", "Failed", "Dead", "Cancelled" """);

    private static readonly SqlText TakeHours = Take("HourlyStats", ["ProjectId", "Hour", "HostId"], $"""
        "ProjectId", "Hour", {Hours}
        """);

    protected override Task<int> WriteAsync(DispatchDbContext db, JobChanges changes)
    {
        var (found, merged) = (0, new CounterDeltas());
        IReadOnlyList<SqlValue> values = [new("nobody", Guid.Empty), new("limit", Limit)];
        db.Execute(
        [
            new SqlCall(TakeCounters, values, row =>
            {
                found++;
                var counts = new StatusCounts(row.Long(1), row.Long(2), row.Long(3), row.Long(4), row.Long(5), row.Long(6));
                merged.Jobs[row.Id(0)] = merged.Jobs.GetValueOrDefault(row.Id(0)) + counts;
            }),
            new SqlCall(TakeHours, values, row =>
            {
                found++;
                var key = (row.Id(0), row.Long(1));
                if (!merged.Hours.TryGetValue(key, out var hour)) merged.Hours[key] = hour = new HourlyTotals();
                hour.Add([.. HourlyStats.Columns.Select((_, at) => row.Long(at + 2))]);
            }),
        ]);
        db.Count(Guid.Empty, merged);
        return Task.FromResult(found);
    }

    // A host that was only paused may count once more. Its row is then new and is merged the next time.
    private static SqlText Take(string table, string[] key, string columns)
    {
        var keys = string.Join(", ", key.Select(column => $"\"{column}\""));
        var dead = """
            c."HostId" <> @nobody AND NOT EXISTS (SELECT 1 FROM "Hosts" AS h WHERE h."Id" = c."HostId")
            """;
        return new SqlText(
            $"""
            DELETE FROM "{table}" WHERE ({keys}) IN (SELECT {keys} FROM "{table}" AS c WHERE {dead} LIMIT @limit)
            RETURNING {columns};
            """,
            $"""
            DELETE FROM "{table}" WHERE ({keys}) IN (
                SELECT {keys} FROM "{table}" AS c WHERE {dead} LIMIT @limit FOR UPDATE SKIP LOCKED)
            RETURNING {columns};
            """,
            $"""
            WITH [dead] AS (
                SELECT TOP (@limit) c.* FROM [{table}] AS c WITH (READPAST, READCOMMITTEDLOCK, UPDLOCK, ROWLOCK)
                WHERE {SqlText.InBrackets(dead)})
            DELETE FROM [dead]
            OUTPUT {string.Join(", ", columns.Split(',').Select(column => $"deleted.{SqlText.InBrackets(column.Trim())}"))};
            """);
    }
}
