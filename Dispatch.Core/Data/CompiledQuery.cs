using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dispatch.Data;

/// <summary>
/// A query that EF translates once for each model, and so for each database. Written as usual it is built, taken apart and compared with known ones at every call,
/// some 0.2 ms of processor time for each statement of a batch: a third of the writer's, with 25 jobs in it (<c>bench/Dispatch.Micro</c>, SmallStoreBenchmarks).
/// </summary>
/// <param name="compile">Calls <c>EF.CompileAsyncQuery</c>; asked once a model, for what it returns belongs to one.</param>
internal sealed class CompiledQuery<TQuery>(Func<TQuery> compile)
    where TQuery : Delegate
{
    private readonly ConditionalWeakTable<IModel, TQuery> byModel = [];

    public TQuery For(DispatchDbContext db) => byModel.GetValue(db.Model, _ => compile());
}
