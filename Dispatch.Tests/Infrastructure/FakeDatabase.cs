using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Dispatch.Settings;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Dispatch.Tests.Infrastructure;

/// <summary>What a SELECT finds.</summary>
internal sealed record Found(object[][] Rows);

/// <summary>A statement as it would have gone to the database.</summary>
/// <param name="Parameters">Names with their types, in order.</param>
internal sealed record Statement(string Text, IReadOnlyList<string> Parameters);

/// <summary>
/// Stands where a database would, below EF: it takes down each statement, whoever sends it, and answers what the test says.
/// So the SQL of the real code can be read for a database that is not there.
/// </summary>
internal sealed class FakeDatabase(DatabaseProvider provider) : DbConnectionInterceptor
{
    /// <summary>2,100, of which the driver takes two.</summary>
    private const int MostParameters = 2098;

    private readonly Queue<object> answers = [];
    private readonly List<Statement> statements = [];
    private readonly List<IsolationLevel> transactions = [];
    private bool isListening = true;

    public IReadOnlyList<Statement> Statements => statements;

    /// <summary>The isolation level of each transaction.</summary>
    public IReadOnlyList<IsolationLevel> Transactions => transactions;

    /// <summary>
    /// The answers to the statements that come: a number of rows that changed, or rows that are found.
    /// Beyond them each statement changes one row or finds none.
    /// </summary>
    public void Expect(params object[] next)
    {
        isListening = true;
        statements.Clear();
        answers.Clear();
        foreach (var answer in next) answers.Enqueue(answer);
    }

    /// <summary>What comes from now on is answered, but not taken down.</summary>
    public void Ignore() => isListening = false;

    /// <summary>Rows with their columns in the order of the SELECT; ids as the database has them.</summary>
    public Found Rows(params object?[][] rows) => new([.. rows.Select(row => row.Select(Value).ToArray())]);

    public override InterceptionResult<DbConnection> ConnectionCreating(
        ConnectionCreatingEventData eventData, InterceptionResult<DbConnection> result) =>
        InterceptionResult<DbConnection>.SuppressWithResult(new Connection(this));

    private object Value(object? value) => value switch
    {
        null => DBNull.Value,
        Guid id when provider == DatabaseProvider.SqlServer => id.ToByteArray(bigEndian: true),
        _ => value,
    };

    private DbCommand NewCommand() => provider switch
    {
        DatabaseProvider.Postgres => new NpgsqlCommand(),
        DatabaseProvider.SqlServer => new SqlCommand(),
        DatabaseProvider.Sqlite => throw new NotSupportedException("SQLite is in the process: there is a real one for every test."),
    };

    private object Answer(DbCommand command)
    {
        Assert.True(
            provider != DatabaseProvider.SqlServer || command.Parameters.Count <= MostParameters,
            $"SQL Server does not take {command.Parameters.Count} parameters.");
        foreach (DbParameter parameter in command.Parameters)
            Assert.False(IsCut(parameter), $"The value of {parameter.ParameterName} is cut to {parameter.Size}.");
        if (isListening) statements.Add(new Statement(command.CommandText, [.. command.Parameters.Cast<DbParameter>().Select(Describe)]));
        return answers.TryDequeue(out var answer) ? answer : 1;
    }

    private static bool IsCut(DbParameter parameter) => parameter is SqlParameter { Size: > 0 } && parameter.Size < parameter.Value switch
    {
        byte[] bytes => bytes.Length,
        string text => text.Length,
        _ => 0,
    };

    private static string Describe(DbParameter parameter) => parameter switch
    {
        SqlParameter sql => $"{Name(sql)} {sql.SqlDbType.ToString().ToLowerInvariant()}{Size(sql.Size)}",
        NpgsqlParameter { Value: Array { Length: >= 0 } array and not byte[] } npgsql => $"{Name(npgsql)} {Element(array)}[]",
        NpgsqlParameter npgsql => $"{Name(npgsql)} {npgsql.NpgsqlDbType.ToString().ToLowerInvariant()}",
        _ => Name(parameter),
    };

    private static string Element(Array array) =>
        array.GetType().GetElementType() is var type && Nullable.GetUnderlyingType(type!) is { } value
            ? $"{value.Name.ToLowerInvariant()}?"
            : type!.Name.ToLowerInvariant();

    private static string Size(int size) => size switch
    {
        < 0 => "(max)",
        0 => "",
        _ => $"({size})",
    };

    private static string Name(DbParameter parameter) => $"@{parameter.ParameterName.TrimStart('@')}";

    private sealed class Connection(FakeDatabase database) : DbConnection
    {
        private ConnectionState state;

        [AllowNull]
        public override string ConnectionString { get; set; } = "";

        public override string Database => "fake";

        public override string DataSource => "fake";

        public override string ServerVersion => "15.0";

        public override ConnectionState State => state;

        public override void Open() => state = ConnectionState.Open;

        public override void Close() => state = ConnectionState.Closed;

        public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

        protected override DbCommand CreateDbCommand() => new Command(database, database.NewCommand());

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
        {
            database.transactions.Add(isolationLevel);
            return new Transaction(this, isolationLevel);
        }
    }

    private sealed class Transaction(DbConnection connection, IsolationLevel level) : DbTransaction
    {
        public override IsolationLevel IsolationLevel => level;

        protected override DbConnection DbConnection => connection;

        public override void Commit()
        {
        }

        public override void Rollback()
        {
        }
    }

    /// <summary>The provider's own command as far as text and parameters go; it is never carried out.</summary>
    private sealed class Command(FakeDatabase database, DbCommand own) : DbCommand
    {
        [AllowNull]
        public override string CommandText
        {
            get => own.CommandText;
            set => own.CommandText = value;
        }

        public override int CommandTimeout { get; set; }

        public override CommandType CommandType { get; set; } = CommandType.Text;

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; }

        protected override DbParameterCollection DbParameterCollection => own.Parameters;

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
        }

        public override void Prepare()
        {
        }

        public override int ExecuteNonQuery() => (int)database.Answer(own);

        public override object? ExecuteScalar() => database.Answer(own);

        protected override DbParameter CreateDbParameter() => own.CreateParameter();

        // With a number where rows were wanted, there are none.
        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) =>
            new DataTableReader(Table((database.Answer(own) as Found)?.Rows ?? []));

        private static DataTable Table(object[][] rows)
        {
            var table = new DataTable();
            for (var at = 0; at < (rows.Length > 0 ? rows[0].Length : 0); at++) table.Columns.Add($"c{at}", typeof(object));
            foreach (var row in rows) table.Rows.Add(row);
            return table;
        }
    }
}
