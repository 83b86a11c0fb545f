using Dispatch.Execution;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dispatch.Data.Moving;

/// <summary>What is moved: every table of the model, in an order in which what a row refers to is there before it.</summary>
internal static class MovedTables
{
    /// <summary>What says who uses a database, and is no data.</summary>
    public static readonly IReadOnlyList<Type> LeftBehind = [typeof(Host), typeof(MoveMark)];

    public static IReadOnlyList<MovedTable> Of(IModel model)
    {
        var waiting = model.GetEntityTypes().Where(entity => !entity.IsOwned() && !LeftBehind.Contains(entity.ClrType))
            .OrderBy(entity => entity.GetTableName(), StringComparer.Ordinal).ToList();
        var ordered = new List<MovedTable>();
        while (waiting.Count > 0)
        {
            var next = waiting.First(entity => !entity.GetForeignKeys().Any(key => key.PrincipalEntityType != entity && waiting.Contains(key.PrincipalEntityType)));
            waiting.Remove(next);
            ordered.Add((MovedTable)Activator.CreateInstance(typeof(MovedTable<>).MakeGenericType(next.ClrType), next)!);
        }

        return ordered;
    }
}
