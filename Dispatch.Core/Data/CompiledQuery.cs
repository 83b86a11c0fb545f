using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dispatch.Data;

/// <summary>
/// A query that EF translates once for each model, and so for each database. An ordinary query is built, taken apart and looked up in EF's
/// cache at every call, which would take a large part of the writer's time for small batches.
/// </summary>
/// <param name="compile">Calls <c>EF.CompileAsyncQuery</c>, once per model, because its result belongs to one model.</param>
internal sealed class CompiledQuery<TQuery>(Func<TQuery> compile)
    where TQuery : Delegate
{
    private readonly ConditionalWeakTable<IModel, TQuery> byModel = [];

    public TQuery For(DispatchDbContext db) => byModel.GetValue(db.Model, _ => compile());
}
