using Dispatch.Data;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Infrastructure;

/// <summary>How a database would find the rows of a query.</summary>
internal static class QueryPlan
{
    /// <summary>What SQLite's <c>EXPLAIN QUERY PLAN</c> or PostgreSQL's <c>EXPLAIN</c> says, a line for each step.</summary>
    public static async Task<string> OfAsync(DispatchDbContext db, IQueryable<Guid> query)
    {
        await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = query.CreateDbCommand();
        var (explain, column) = db.Provider == DatabaseProvider.Sqlite ? ("EXPLAIN QUERY PLAN", 3) : ("EXPLAIN", 0);
        command.CommandText = $"{explain} {command.CommandText}";
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var plan = "";
        while (await rows.ReadAsync(TestContext.Current.CancellationToken)) plan += rows.GetString(column) + "\n";
        return plan;
    }
}
