namespace Dispatch.Data.Statements;

/// <summary>A statement with its values, ready to be executed.</summary>
/// <param name="Values">In the same order at each call of a text, because SQLite's commands are prepared once.</param>
/// <param name="OnRow">Called for each row that the statement returns.</param>
internal sealed record SqlCall(SqlText Text, IReadOnlyList<SqlValue> Values, Action<SqlRow> OnRow);

/// <summary>The value of a parameter. An array is one parameter: PostgreSQL takes it as it is.</summary>
internal readonly record struct SqlValue(string Name, object? Value);
