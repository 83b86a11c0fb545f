using Dispatch.Data;
using Dispatch.Data.Statements;
using Dispatch.Settings;

namespace Dispatch.Counters;

/// <summary>
/// Writes the differences that a transaction added up to the counters, in the same transaction, so that totals are exact and no page has
/// to count rows.
/// </summary>
internal static class CounterUpdates
{
    public static void Count(this DispatchDbContext db, Guid hostId, CounterDeltas changes) => db.Execute(
        Calls(db.Provider, [new("hostId", hostId), new("spareId", Guid.CreateVersion7())], changes));

    /// <param name="values"><c>@hostId</c> and <c>@spareId</c>, see <see cref="CountSql"/>.</param>
    public static IReadOnlyList<SqlCall> Calls(DatabaseProvider provider, IReadOnlyList<SqlValue> values, CounterDeltas changes)
    {
        // If hosts share the database, a change that leaves all numbers as they were is written too: the others poll the change stamp.
        var isShared = !provider.ServesOneHost();
        var jobs = changes.Jobs
            .Where(change => isShared || change.Value != default)
            .Select(change => new CountSql.ProjectChange(change.Key, change.Value))
            .ToList();
        var hours = changes.Hours
            .Select(change => new HourSql.HourChange(change.Key.ProjectId, change.Key.Hour, change.Value.Figures))
            .ToList();
        return
        [
            .. CountSql.Add.Calls(provider, jobs, values, (_, _) => { }),
            .. HourSql.Add.Calls(provider, hours, values, (_, _) => { }),
        ];
    }
}
