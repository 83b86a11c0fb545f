using System.Buffers;
using System.Text;
using System.Text.Json;
using Dispatch.Settings;

namespace Dispatch.Data.Statements;

/// <summary>
/// A statement over many rows. SQLite executes it once for each row, because it runs in the process. The servers execute it once for all:
/// PostgreSQL gets an array for each column, SQL Server one JSON text, <c>@rows</c>. So the text is the same for any number of rows.
/// </summary>
/// <param name="key">Identifies a row. It is the first column of what the statement returns.</param>
internal sealed class RowStatement<TRow>(Func<TRow, Guid> key, SqlText text)
    where TRow : class
{
    private readonly List<RowColumn<TRow>> columns = [];

    public SqlText Text => text;

    public RowStatement<TRow> Column<TValue>(string name, Func<TRow, TValue> value)
    {
        columns.Add(new RowColumn<TRow, TValue>(name, value));
        return this;
    }

    /// <summary>Another statement over the same columns.</summary>
    public RowStatement<TRow> With(SqlText other)
    {
        var statement = new RowStatement<TRow>(key, other);
        statement.columns.AddRange(columns);
        return statement;
    }

    /// <param name="values">Those that are the same for all rows.</param>
    /// <param name="onRow">Called for each row that comes back. Its first column is the key.</param>
    public IEnumerable<SqlCall> Calls(
        DatabaseProvider provider, IReadOnlyList<TRow> rows, IReadOnlyList<SqlValue> values, Action<TRow, SqlRow> onRow)
    {
        if (provider == DatabaseProvider.Sqlite) return rows.Select(row => OneRow(row, values, onRow));

        // Rows with the same key are sent one after the other, as in SQLite: a statement would change only one of them.
        return Distinct(rows).Select(distinct => ManyRows(provider, distinct, values, onRow));
    }

    private IEnumerable<Dictionary<Guid, TRow>> Distinct(IReadOnlyList<TRow> rows)
    {
        while (rows.Count > 0)
        {
            var (byKey, rest) = (new Dictionary<Guid, TRow>(rows.Count), new List<TRow>());
            foreach (var row in rows)
            {
                if (!byKey.TryAdd(key(row), row)) rest.Add(row);
            }

            yield return byKey;
            rows = rest;
        }
    }

    private SqlCall ManyRows(
        DatabaseProvider provider, Dictionary<Guid, TRow> byKey, IReadOnlyList<SqlValue> values, Action<TRow, SqlRow> onRow)
    {
        TRow[] rows = [.. byKey.Values];
        SqlValue[] all = provider == DatabaseProvider.Postgres
            ? [.. columns.Select(column => new SqlValue(column.Name, column.ArrayOf(rows))), .. values]
            : [new SqlValue("rows", JsonOf(rows)), .. values];
        return new SqlCall(text, all, row => onRow(byKey[row.Id(0)], row));
    }

    private SqlCall OneRow(TRow row, IReadOnlyList<SqlValue> values, Action<TRow, SqlRow> onRow)
    {
        var all = new SqlValue[columns.Count + values.Count];
        for (var at = 0; at < columns.Count; at++) all[at] = new SqlValue(columns[at].Name, columns[at].ValueOf(row));
        for (var at = 0; at < values.Count; at++) all[columns.Count + at] = values[at];
        return new SqlCall(text, all, found => onRow(row, found));
    }

    private string JsonOf(IReadOnlyList<TRow> rows)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var row in rows)
            {
                json.WriteStartObject();
                foreach (var column in columns) column.WriteTo(json, row);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
