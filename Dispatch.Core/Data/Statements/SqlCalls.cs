using System.Data.Common;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dispatch.Data.Statements;

/// <summary>Executes statements on a connection: on a server all of them in one round trip, in SQLite one after the other.</summary>
internal static class SqlCalls
{
    /// <summary>Executes the statements of a server in one round trip. Blocks, because the writer has a thread of its own.</summary>
    /// <param name="transaction">Null: the server executes all of them or none as its own transaction, which PostgreSQL does.</param>
    public static void Execute(
        DbConnection connection, DbTransaction? transaction, DatabaseProvider provider, IReadOnlyList<SqlCall> calls)
    {
        using var batch = connection.CreateBatch();
        batch.Transaction = transaction;
        foreach (var call in calls) batch.BatchCommands.Add(ToCommand(batch, call, provider));

        using var reader = batch.ExecuteReader();
        foreach (var call in calls)
        {
            while (reader.Read()) call.OnRow(new SqlRow(reader));
            reader.NextResult();
        }
    }

    /// <summary>Executes the statements in the context's transaction. Blocks, as above.</summary>
    public static void Execute(this DispatchDbContext db, IReadOnlyList<SqlCall> calls)
    {
        var (connection, transaction) = (db.Database.GetDbConnection(), db.Database.CurrentTransaction?.GetDbTransaction());
        if (calls.Count == 0) return;
        if (db.Provider != DatabaseProvider.Sqlite)
        {
            Execute(connection, transaction, db.Provider, calls);
            return;
        }

        foreach (var call in calls)
        {
            using var command = NewCommand(connection, call);
            command.Transaction = transaction;
            Read(command, call);
        }
    }

    /// <summary>A command for SQLite, whose values <see cref="Bind"/> may replace.</summary>
    public static DbCommand NewCommand(DbConnection connection, SqlCall call)
    {
        var command = connection.CreateCommand();
        command.CommandText = call.Text.Sqlite;
        foreach (var value in call.Values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"@{value.Name}", SqlValues.ForSqlite(value.Value) ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static void Bind(DbCommand command, SqlCall call)
    {
        for (var at = 0; at < call.Values.Count; at++)
        {
            command.Parameters[at].Value = SqlValues.ForSqlite(call.Values[at].Value) ?? DBNull.Value;
        }
    }

    /// <summary>Executes a command of SQLite.</summary>
    public static void Read(DbCommand command, SqlCall call)
    {
        using var reader = command.ExecuteReader();
        do
        {
            while (reader.Read()) call.OnRow(new SqlRow(reader));
        }
        while (reader.NextResult());
    }

    private static DbBatchCommand ToCommand(DbBatch batch, SqlCall call, DatabaseProvider provider)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = call.Text.For(provider);
        if (provider == DatabaseProvider.Postgres)
        {
            foreach (var name in call.Text.ForPostgres.Names) Add(command, "", ValueOf(call, name));
        }
        else
        {
            foreach (var value in call.Values) Add(command, $"@{value.Name}", SqlValues.For(provider, value.Value));
        }

        return command;
    }

    private static object? ValueOf(SqlCall call, string name)
    {
        foreach (var value in call.Values)
        {
            if (value.Name == name) return value.Value;
        }

        throw new InvalidOperationException($"The statement has no value for @{name}.");
    }

    private static void Add(DbBatchCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
        // Otherwise SQL Server's driver declares the length of each text, and the server compiles the statement for each length.
        if (parameter is Microsoft.Data.SqlClient.SqlParameter && value is string) parameter.Size = -1;
        command.Parameters.Add(parameter);
    }
}
