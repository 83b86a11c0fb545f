using Dispatch.Data;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Infrastructure;

/// <summary>How SQLite would find the rows of a query.</summary>
internal static class QueryPlan
{
    /// <summary>What <c>EXPLAIN QUERY PLAN</c> says, a line for each step.</summary>
    public static async Task<string> OfAsync(DispatchDbContext db, IQueryable<Guid> query)
    {
        await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = query.CreateDbCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {command.CommandText}";
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var plan = "";
        while (await rows.ReadAsync(TestContext.Current.CancellationToken)) plan += rows.GetString(3) + "\n";
        return plan;
    }
}
