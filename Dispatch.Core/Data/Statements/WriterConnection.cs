using System.Data;
using System.Data.Common;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Data.Statements;

/// <summary>
/// The writer's own connection, which stays open, so that its statements stay prepared. Executes statements as one transaction: in one
/// round trip on PostgreSQL, in three on SQL Server. So a frozen host hardly ever holds a lock in PostgreSQL. All calls block: the writer
/// has a thread of its own, and an answer would otherwise pass through two more threads.
/// </summary>
internal sealed class WriterConnection : IDisposable
{
    // Through a pooler only settings of the transaction itself reach the server.
    private static readonly SqlCall Settings = new(
        new SqlText(
            sqlite: "",
            $"SELECT {string.Join(", ", ConnectionStrings.WriterSettings.Select(setting =>
                $"set_config('{setting.Name}', '{setting.Value}', true)"))};",
            sqlServer: ""),
        [],
        _ => { });

    private readonly Dictionary<SqlText, DbCommand> prepared = [];
    private readonly DispatchDbContext db;
    private readonly DbConnection connection;
    private readonly bool needsSettings;

    private WriterConnection(DispatchDbContext db, DbConnection connection, bool needsSettings = false) =>
        (this.db, this.connection, this.needsSettings) = (db, connection, needsSettings);

    public DatabaseProvider Provider => db.Provider;

    public bool IsOpen => connection.State == ConnectionState.Open;

    public static WriterConnection Open(IDbContextFactory<DispatchDbContext> contexts)
    {
        var db = contexts.CreateDbContext();
        try
        {
            if (db.Provider == DatabaseProvider.Postgres) return OpenPostgres(db);

            db.Database.OpenConnection();
            // A command of its own: within a batch the server would restore the setting at once.
            if (db.Provider == DatabaseProvider.SqlServer) db.Database.ExecuteSqlRaw("SET LOCK_TIMEOUT " + ConnectionStrings.LockWait);
            return new WriterConnection(db, db.Database.GetDbConnection());
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    /// <summary>Executes all of the statements durably, or none.</summary>
    /// <param name="last">
    /// Statements that depend on what the others returned. Only SQLite has any: the servers' statements do it all, to save round trips.
    /// </param>
    public void Execute(IReadOnlyList<SqlCall> calls, Func<IReadOnlyList<SqlCall>> last)
    {
        switch (Provider)
        {
            case DatabaseProvider.Sqlite: ExecuteInProcess(calls, last); break;
            case DatabaseProvider.Postgres: ExecuteAtOnce(calls, null); break;
            case DatabaseProvider.SqlServer: ExecuteInTransaction(calls); break;
        }
    }

    /// <summary>Executes statements that only read.</summary>
    public void Read(IReadOnlyList<SqlCall> calls)
    {
        if (calls.Count == 0) return;
        if (Provider != DatabaseProvider.Sqlite)
        {
            ExecuteAtOnce(calls, null);
            return;
        }

        foreach (var call in calls) Run(call, null);
    }

    public void Dispose()
    {
        foreach (var command in prepared.Values) command.Dispose();
        if (Provider == DatabaseProvider.Postgres) connection.Dispose();
        db.Dispose();   // closes the connection of the others
    }

    private static WriterConnection OpenPostgres(DispatchDbContext db)
    {
        var connection = new NpgsqlConnection(ConnectionStrings.ForPostgresWriter(db.Database.GetConnectionString()!));
        try
        {
            connection.Open();
            return new WriterConnection(db, connection, needsSettings: !HasSettings(connection));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // A pooler may ignore the options of the start-up message.
    private static bool HasSettings(NpgsqlConnection connection)
    {
        var (name, value) = ConnectionStrings.WriterSettings[0];
        using var command = new NpgsqlCommand($"SELECT setting FROM pg_settings WHERE name = '{name}'", connection);
        return command.ExecuteScalar() as string == value;
    }

    private void ExecuteInProcess(IReadOnlyList<SqlCall> calls, Func<IReadOnlyList<SqlCall>> last)
    {
        using var transaction = connection.BeginTransaction();
        foreach (var call in calls) Run(call, transaction);
        foreach (var call in last()) Run(call, transaction);
        transaction.Commit();
    }

    private void ExecuteInTransaction(IReadOnlyList<SqlCall> calls)
    {
        using var transaction = connection.BeginTransaction();
        ExecuteAtOnce(calls, transaction);
        transaction.Commit();
    }

    private void ExecuteAtOnce(IReadOnlyList<SqlCall> calls, DbTransaction? transaction) =>
        SqlCalls.Execute(connection, transaction, Provider, needsSettings ? [Settings, .. calls] : calls);

    private void Run(SqlCall call, DbTransaction? transaction)
    {
        if (prepared.TryGetValue(call.Text, out var command))
        {
            SqlCalls.Bind(command, call);
        }
        else
        {
            command = SqlCalls.NewCommand(connection, call);
            prepared.Add(call.Text, command);
        }

        command.Transaction = transaction;
        SqlCalls.Read(command, call);
    }
}
