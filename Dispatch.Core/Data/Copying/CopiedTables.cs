using Dispatch.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dispatch.Data.Copying;

/// <summary>The tables to copy: all of the model, each after the tables to which it refers.</summary>
internal static class CopiedTables
{
    /// <summary>Tables that tell which process uses a database; they hold no data.</summary>
    public static readonly IReadOnlyList<Type> ExcludedTables = [typeof(Host), typeof(CopyMark)];

    /// <summary>They come last: a refusal names the first table that has rows, and people know projects.</summary>
    private static readonly IReadOnlyList<Type> Counters = [typeof(ProjectCounters), typeof(HourlyStats)];

    public static IReadOnlyList<CopiedTable> Of(IModel model)
    {
        var waiting = model.GetEntityTypes().Where(entity => !entity.IsOwned() && !ExcludedTables.Contains(entity.ClrType))
            .OrderBy(entity => Counters.Contains(entity.ClrType))
            .ThenBy(entity => entity.GetTableName(), StringComparer.Ordinal).ToList();
        var ordered = new List<CopiedTable>();
        while (waiting.Count > 0)
        {
            var next = waiting.First(entity => !entity.GetForeignKeys()
                .Any(key => key.PrincipalEntityType != entity && waiting.Contains(key.PrincipalEntityType)));
            waiting.Remove(next);
            ordered.Add((CopiedTable)Activator.CreateInstance(typeof(CopiedTable<>).MakeGenericType(next.ClrType), next)!);
        }

        return ordered;
    }
}
