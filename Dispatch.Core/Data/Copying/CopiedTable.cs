using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dispatch.Data.Copying;

/// <summary>Copies one table, whichever it is.</summary>
internal abstract class CopiedTable
{
    public abstract string Name { get; }

    public abstract Type RowType { get; }

    public abstract Task<long> CountAsync(DispatchDbContext db);

    /// <summary>Reads the rows after the first <paramref name="skip"/> in the order of their key, and hands them on in chunks.</summary>
    public abstract Task CopyAsync(DispatchDbContext source, long skip, Func<CopiedRows, Task> write, CancellationToken stopping);
}

/// <summary>Some rows of one table, on their way.</summary>
/// <param name="Repair">Replaces what no other database takes; says in how many texts.</param>
/// <param name="InsertAsync">Puts them into the target, inside its context's transaction.</param>
internal sealed record CopiedRows(int Count, Func<int> Repair, Func<DispatchDbContext, Task> InsertAsync);

/// <inheritdoc/>
internal sealed class CopiedTable<TRow>(IEntityType entity) : CopiedTable
    where TRow : class
{
    private const int MaxRows = 2000;
    private const int MaxBytes = 4 << 20;

    private readonly RowContent content = new(entity);
    private readonly IReadOnlyList<IProperty> key = entity.FindPrimaryKey()!.Properties;

    public override string Name => entity.GetTableName()!;

    public override Type RowType => typeof(TRow);

    /// <summary>The database numbers the rows. Nothing refers to these numbers, so the target gives its own, and those of later rows cannot collide.</summary>
    private IProperty? Number => key is [{ ValueGenerated: ValueGenerated.OnAdd } only] && only.ClrType == typeof(int) ? only : null;

    public override Task<long> CountAsync(DispatchDbContext db) => db.Set<TRow>().LongCountAsync();

    // One reading, however long the table: that is quicker than a query per chunk, needs no comparison of keys, which databases order differently, and
    // sees the table as it was when it began.
    public override async Task CopyAsync(DispatchDbContext source, long skip, Func<CopiedRows, Task> write, CancellationToken stopping)
    {
        var chunk = new List<TRow>();
        var bytes = 0L;
        await foreach (var row in InOrder(source.Set<TRow>().AsNoTracking()).Skip((int)skip).AsAsyncEnumerable().WithCancellation(stopping))
        {
            chunk.Add(row);
            bytes += content.SizeOf(row);
            if (chunk.Count < MaxRows && bytes < MaxBytes) continue;
            await write(Moved(chunk));
            (chunk, bytes) = ([], 0);
        }

        if (chunk.Count > 0) await write(Moved(chunk));
    }

    private CopiedRows Moved(List<TRow> rows) => new(rows.Count, () => rows.Sum(content.Repair), db => InsertAsync(db, rows));

    private IOrderedQueryable<TRow> InOrder(IQueryable<TRow> rows) => key.Skip(1).Aggregate(rows.OrderBy(By(key[0])), (ordered, next) => ordered.ThenBy(By(next)));

    private static Expression<Func<TRow, object>> By(IProperty property) => row => EF.Property<object>(row, property.Name);

    // RowInsert knows columns only: rows that the database numbers, or that hold JSON documents, go through the change tracker. They are few.
    private async Task InsertAsync(DispatchDbContext db, List<TRow> rows)
    {
        if (Number is null && !RowContent.DocumentsOf(entity).Any())
        {
            await db.InsertRowsAsync(rows);
            return;
        }

        foreach (var row in rows) Number?.PropertyInfo!.SetValue(row, 0);
        db.AddRange(rows);
        await db.SaveChangesAsync();
    }
}
