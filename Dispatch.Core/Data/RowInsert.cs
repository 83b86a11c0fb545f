using System.Data.Common;
using System.Numerics;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dispatch.Data;

/// <summary>
/// Inserts many rows of one table inside the context's transaction. Column names and value conversions come from EF's model; only the change tracker is left
/// out, which took two thirds of the writer's time in a burst (50 us a row, here 8 on SQLite; measured with <c>bench/run.sh burst</c>). How the rows travel is the
/// one place where the databases need SQL of their own: SQLite is in the process, for the others each statement is a journey.
/// </summary>
internal static class RowInsert
{
    /// <summary>SQL Server takes 2,100 parameters a statement, some of them its driver's.</summary>
    private const int MaxParameters = 2000;

    public static Task InsertRowsAsync<TRow>(this DispatchDbContext db, IReadOnlyList<TRow> rows)
        where TRow : class => rows.Count == 0 ? Task.CompletedTask : db.Provider switch
        {
            DatabaseProvider.Sqlite => RowByRowAsync(db, rows),
            DatabaseProvider.Postgres => AsArraysAsync(db, rows),
            DatabaseProvider.SqlServer => AsValuesAsync(db, rows),
        };

    /// <summary>One prepared statement, carried out once a row.</summary>
    private static async Task RowByRowAsync<TRow>(DispatchDbContext db, IReadOnlyList<TRow> rows)
        where TRow : class
    {
        var table = new Table(db, typeof(TRow));
        await using var command = table.NewCommand();
        DbParameter[] parameters = [.. table.Columns.Select((column, at) => column.AddTo(command, at))];
        command.CommandText = $"{table.InsertInto} VALUES ({table.Placeholders(0)})";
        await command.PrepareAsync();
        foreach (var row in rows)
        {
            for (var at = 0; at < parameters.Length; at++) parameters[at].Value = table.Columns[at].ValueOf(row) ?? DBNull.Value;
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>One statement whatever the number of rows, and always the same text: an array per column.</summary>
    private static async Task AsArraysAsync<TRow>(DispatchDbContext db, IReadOnlyList<TRow> rows)
        where TRow : class
    {
        var table = new Table(db, typeof(TRow));
        await using var command = table.NewCommand();
        for (var at = 0; at < table.Columns.Count; at++)
        {
            var column = table.Columns[at];
            var values = Array.CreateInstance(column.ValueType, rows.Count);
            for (var row = 0; row < rows.Count; row++) values.SetValue(column.ValueOf(rows[row]), row);
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"p{at}", values);
            command.Parameters.Add(parameter);
        }

        command.CommandText = $"{table.InsertInto} SELECT * FROM unnest({table.Placeholders(0)})";
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>1, 2, 4, 8, … rows a statement, as many as it may have parameters: a few texts whose plans are kept, where any number of rows would be a hundred.</summary>
    internal static async Task AsValuesAsync<TRow>(DispatchDbContext db, IReadOnlyList<TRow> rows)
        where TRow : class
    {
        var table = new Table(db, typeof(TRow));
        for (var done = 0; done < rows.Count;)
        {
            var count = 1 << BitOperations.Log2((uint)Math.Min(rows.Count - done, MaxParameters / table.Columns.Count));
            await using var command = table.NewCommand();
            for (var at = 0; at < count; at++)
            {
                foreach (var (on, column) in table.Columns.Index())
                {
                    var parameter = column.AddTo(command, (at * table.Columns.Count) + on);
                    if (column.HasNoLimit) parameter.Size = -1;   // before it has a value EF makes it 8,000 bytes long, and what is longer would be cut off
                    parameter.Value = column.ValueOf(rows[done + at]) ?? DBNull.Value;
                }
            }

            command.CommandText = $"{table.InsertInto} VALUES {string.Join(", ", Enumerable.Range(0, count).Select(at => $"({table.Placeholders(at)})"))}";
            await command.ExecuteNonQueryAsync();
            done += count;
        }
    }

    private sealed class Table
    {
        private readonly DispatchDbContext db;
        private readonly ISqlGenerationHelper sql;

        public Table(DispatchDbContext db, Type row)
        {
            this.db = db;
            sql = db.GetService<ISqlGenerationHelper>();
            var entity = db.Model.FindEntityType(row)!;
            var table = StoreObjectIdentifier.Table(entity.GetTableName()!, entity.GetSchema());
            Columns = [.. entity.GetProperties().Select(property => new Column(property, sql))];
            InsertInto = $"INSERT INTO {sql.DelimitIdentifier(table.Name, table.Schema)} "
                + $"({string.Join(", ", entity.GetProperties().Select(p => sql.DelimitIdentifier(p.GetColumnName(table)!)))})";
        }

        public IReadOnlyList<Column> Columns { get; }

        public string InsertInto { get; }

        public string Placeholders(int row) =>
            string.Join(", ", Columns.Select((_, at) => sql.GenerateParameterNamePlaceholder($"p{(row * Columns.Count) + at}")));

        public DbCommand NewCommand()
        {
            var command = db.Database.GetDbConnection().CreateCommand();
            command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
            return command;
        }
    }

    private sealed class Column(IProperty property, ISqlGenerationHelper sql)
    {
        private readonly IClrPropertyGetter getter = property.GetGetter();
        private readonly RelationalTypeMapping mapping = property.GetRelationalTypeMapping();

        /// <summary>The type of <see cref="ValueOf"/>, for an array of them.</summary>
        public Type ValueType => (mapping.Converter?.ProviderClrType ?? mapping.ClrType) is { IsValueType: true } type && property.IsNullable
            ? typeof(Nullable<>).MakeGenericType(Nullable.GetUnderlyingType(type) ?? type)
            : mapping.Converter?.ProviderClrType ?? mapping.ClrType;

        /// <summary>A text or bytes of any length.</summary>
        public bool HasNoLimit => mapping.Size is null && (mapping.Converter?.ProviderClrType ?? mapping.ClrType) is var type && (type == typeof(string) || type == typeof(byte[]));

        /// <summary>As the database's driver takes it.</summary>
        public object? ValueOf(object row) =>
            getter.GetClrValue(row) is not { } value ? null : mapping.Converter is { } converter ? converter.ConvertToProvider(value) : value;

        public DbParameter AddTo(DbCommand command, int at)
        {
            var parameter = mapping.CreateParameter(command, sql.GenerateParameterName($"p{at}"), null, property.IsNullable);
            command.Parameters.Add(parameter);
            return parameter;
        }
    }
}
