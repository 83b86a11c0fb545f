using System.Data.Common;
using System.Numerics;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dispatch.Data;

/// <summary>
/// Inserts many rows of one table in the context's transaction, without EF's change tracker, which would take most of the writer's time in
/// a burst. Each database needs its own SQL only here: SQLite runs in the process, but on the others each statement is a round trip.
/// </summary>
internal static class RowInsert
{
    /// <summary>SQL Server takes 2,100 parameters per statement; its driver needs two of them. Enough for 128 jobs.</summary>
    private const int MaxParameters = 2098;

    public static Task InsertRowsAsync<TRow>(this DispatchDbContext db, IReadOnlyList<TRow> rows)
        where TRow : class => rows.Count == 0 ? Task.CompletedTask : db.Provider switch
        {
            DatabaseProvider.Sqlite => RowByRowAsync(db, rows),
            DatabaseProvider.Postgres => AsArraysAsync(db, rows),
            DatabaseProvider.SqlServer => AsValuesAsync(db, rows),
        };

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

    /// <summary>One statement with an array per column, so that its text is the same for any number of rows.</summary>
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

    /// <summary>1, 2, 4, 8, … rows per statement, up to the limit of parameters: SQL Server keeps the plans of these few texts.</summary>
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
                    if (column.HasNoLimit) parameter.Size = -1;   // otherwise EF sets 8,000 bytes, and a longer value would be cut
                    parameter.Value = column.ValueOf(rows[done + at]) ?? DBNull.Value;
                }
            }

            var values = string.Join(", ", Enumerable.Range(0, count).Select(at => $"({table.Placeholders(at)})"));
            command.CommandText = $"{table.InsertInto} VALUES {values}";
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

        private Type ProviderType => mapping.Converter?.ProviderClrType ?? mapping.ClrType;

        /// <summary>The type of <see cref="ValueOf"/>, for an array of them.</summary>
        public Type ValueType => ProviderType.IsValueType && property.IsNullable
            ? typeof(Nullable<>).MakeGenericType(Nullable.GetUnderlyingType(ProviderType) ?? ProviderType)
            : ProviderType;

        public bool HasNoLimit => mapping.Size is null && (ProviderType == typeof(string) || ProviderType == typeof(byte[]));

        public object? ValueOf(object row)
        {
            var value = getter.GetClrValue(row);
            return value is not null && mapping.Converter is { } converter ? converter.ConvertToProvider(value) : value;
        }

        public DbParameter AddTo(DbCommand command, int at)
        {
            var parameter = mapping.CreateParameter(command, sql.GenerateParameterName($"p{at}"), null, property.IsNullable);
            command.Parameters.Add(parameter);
            return parameter;
        }
    }
}
