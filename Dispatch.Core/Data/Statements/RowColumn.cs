using System.Text.Json;

namespace Dispatch.Data.Statements;

/// <summary>A value of each row that a <see cref="RowStatement{TRow}"/> sends.</summary>
internal abstract class RowColumn<TRow>(string name)
{
    public string Name => name;

    /// <summary>The values of all rows as one array, for PostgreSQL.</summary>
    public abstract object ArrayOf(IReadOnlyList<TRow> rows);

    /// <summary>The value of one row, for SQLite.</summary>
    public abstract object? ValueOf(TRow row);

    /// <summary>Writes the value of one row as a property, for SQL Server.</summary>
    public abstract void WriteTo(Utf8JsonWriter json, TRow row);
}

internal sealed class RowColumn<TRow, TValue>(string name, Func<TRow, TValue> value) : RowColumn<TRow>(name)
{
    public override object ArrayOf(IReadOnlyList<TRow> rows)
    {
        var values = new TValue[rows.Count];
        for (var at = 0; at < values.Length; at++) values[at] = value(rows[at]);
        return values;
    }

    public override object? ValueOf(TRow row) => value(row);

    public override void WriteTo(Utf8JsonWriter json, TRow row)
    {
        json.WritePropertyName(Name);
        switch ((object?)value(row))
        {
            case null: json.WriteNullValue(); break;
            case Guid id: json.WriteBase64StringValue(id.ToByteArray(bigEndian: true)); break;
            case byte[] bytes: json.WriteBase64StringValue(bytes); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case var other: throw new NotSupportedException($"{Name} is a {other.GetType().Name}.");
        }
    }
}
