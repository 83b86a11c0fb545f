using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dispatch.Data.Copying;

internal abstract class CopiedTable
{
    public abstract string Name { get; }

    public abstract Type RowType { get; }

    public abstract Task<long> CountAsync(DispatchDbContext db);

    /// <summary>Reads the rows after the first <paramref name="skip"/> in the order of their key and writes them in chunks.</summary>
    public abstract Task CopyAsync(DispatchDbContext source, long skip, Func<CopiedRows, Task> write, CancellationToken stopping);
}

/// <param name="Repair">Replaces characters that the target does not take. Returns in how many texts.</param>
/// <param name="InsertAsync">Inserts the rows in the transaction of the target's context.</param>
internal sealed record CopiedRows(int Count, Func<int> Repair, Func<DispatchDbContext, Task> InsertAsync);

internal sealed class CopiedTable<TRow>(IEntityType entity) : CopiedTable
    where TRow : class
{
    private const int MaxRows = 2000;
    private const int MaxBytes = 4 << 20;

    private readonly RowContent content = new(entity);
    private readonly IReadOnlyList<IProperty> key = entity.FindPrimaryKey()!.Properties;

    public override string Name => entity.GetTableName()!;

    public override Type RowType => typeof(TRow);

    /// <summary>Not null: the database numbers the rows. Nothing refers to the numbers, so the target assigns its own.</summary>
    private IProperty? Number =>
        key is [{ ValueGenerated: ValueGenerated.OnAdd } column] && column.ClrType == typeof(int) ? column : null;

    public override Task<long> CountAsync(DispatchDbContext db) => db.Set<TRow>().LongCountAsync();

    // One query for the whole table: it is quicker than a query per chunk, compares no keys, which databases order differently, and sees
    // the table as it was at the start.
    public override async Task CopyAsync(DispatchDbContext source, long skip, Func<CopiedRows, Task> write, CancellationToken stopping)
    {
        var chunk = new List<TRow>();
        var bytes = 0L;
        var rest = InOrder(source.Set<TRow>().AsNoTracking()).Skip((int)skip);
        await foreach (var row in rest.AsAsyncEnumerable().WithCancellation(stopping))
        {
            chunk.Add(row);
            bytes += content.SizeOf(row);
            if (chunk.Count < MaxRows && bytes < MaxBytes) continue;
            await write(Copied(chunk));
            (chunk, bytes) = ([], 0);
        }

        if (chunk.Count > 0) await write(Copied(chunk));
    }

    private CopiedRows Copied(List<TRow> rows) => new(rows.Count, () => rows.Sum(content.Repair), db => InsertAsync(db, rows));

    private IOrderedQueryable<TRow> InOrder(IQueryable<TRow> rows) =>
        key.Skip(1).Aggregate(rows.OrderBy(By(key[0])), (ordered, next) => ordered.ThenBy(By(next)));

    private static Expression<Func<TRow, object>> By(IProperty property) => row => EF.Property<object>(row, property.Name);

    // RowInsert knows only columns. The few rows that the database numbers or that hold JSON documents go through the change tracker.
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
