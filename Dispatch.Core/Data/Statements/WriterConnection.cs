using System.Data;
using System.Data.Common;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Data.Statements;

/// <summary>
/// The writer's own connection, which stays open, so that its statements stay prepared. Executes statements as one transaction: in one
/// round trip on PostgreSQL, in three on SQL Server. So a frozen host hardly ever holds a lock in PostgreSQL.
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

    public static async Task<WriterConnection> OpenAsync(IDbContextFactory<DispatchDbContext> contexts)
    {
        var db = await contexts.CreateDbContextAsync();
        try
        {
            if (db.Provider != DatabaseProvider.Postgres)
            {
                await db.Database.OpenConnectionAsync();
                await db.LimitLockWaitAsync();
                return new WriterConnection(db, db.Database.GetDbConnection());
            }

            var connection = new NpgsqlConnection(ConnectionStrings.ForPostgresWriter(db.Database.GetConnectionString()!));
            await connection.OpenAsync();
            return new WriterConnection(db, connection, needsSettings: !await HasSettingsAsync(connection));
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    /// <summary>Executes all of the statements durably, or none.</summary>
    /// <param name="last">
    /// Statements that depend on what the others returned. Only SQLite has any: the servers' statements do it all, to save round trips.
    /// </param>
    public Task ExecuteAsync(IReadOnlyList<SqlCall> calls, Func<IReadOnlyList<SqlCall>> last) => Provider switch
    {
        DatabaseProvider.Sqlite => ExecuteInProcess(calls, last),
        DatabaseProvider.Postgres => ExecuteAtOnceAsync(calls),
        DatabaseProvider.SqlServer => ExecuteInTransactionAsync(calls),
    };

    /// <summary>Executes statements that only read.</summary>
    public Task ReadAsync(IReadOnlyList<SqlCall> calls)
    {
        if (calls.Count == 0) return Task.CompletedTask;
        if (Provider != DatabaseProvider.Sqlite) return ExecuteAtOnceAsync(calls);
        foreach (var call in calls) Run(call, null);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        foreach (var command in prepared.Values) command.Dispose();
        if (Provider == DatabaseProvider.Postgres) connection.Dispose();
        db.Dispose();   // closes the connection of the others
    }

    // A pooler may ignore the options of the start-up message.
    private static async Task<bool> HasSettingsAsync(NpgsqlConnection connection)
    {
        var (name, value) = ConnectionStrings.WriterSettings[0];
        await using var command = new NpgsqlCommand($"SELECT setting FROM pg_settings WHERE name = '{name}'", connection);
        return await command.ExecuteScalarAsync() as string == value;
    }

    private Task ExecuteAtOnceAsync(IReadOnlyList<SqlCall> calls) =>
        SqlCalls.ExecuteAsync(connection, null, Provider, needsSettings ? [Settings, .. calls] : calls);

    private Task ExecuteInProcess(IReadOnlyList<SqlCall> calls, Func<IReadOnlyList<SqlCall>> last)
    {
        using var transaction = connection.BeginTransaction();
        foreach (var call in calls) Run(call, transaction);
        foreach (var call in last()) Run(call, transaction);
        transaction.Commit();
        return Task.CompletedTask;
    }

    private async Task ExecuteInTransactionAsync(IReadOnlyList<SqlCall> calls)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await SqlCalls.ExecuteAsync(connection, transaction, Provider, calls);
        await transaction.CommitAsync();
    }

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
