using System.Text.RegularExpressions;
using Dispatch.Settings;
using Npgsql;

namespace Dispatch.Data;

/// <summary>
/// Knows whether a connection pooler such as PgBouncer stands before PostgreSQL. One that shares server connections between transactions
/// keeps neither prepared statements nor the state of a session, and many refuse <c>options</c> in the start-up message.
/// </summary>
internal sealed partial class PostgresPooler(DatabaseOptions database)
{
    private bool hasLooked;

    /// <summary>True if there is one. Known after <see cref="LookAsync"/>, which comes before the first use of the database.</summary>
    public bool IsPresent { get; private set; }

    /// <summary>
    /// The statement that lets PostgreSQL end transactions of a host that stands still, because this host cannot ask for that through a
    /// pooler. Null if the role has such a limit, or if there is no pooler.
    /// </summary>
    public string? MissingLimit { get; private set; }

    /// <summary>Connects once, or twice if the start-up message is refused.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached, or the pooler does not do what the operator asks for.</exception>
    public async Task LookAsync()
    {
        if (hasLooked || database.Provider != DatabaseProvider.Postgres) return;
        try
        {
            if (!await TryAsync(isPooled: false)) await TryAsync(isPooled: true);
            hasLooked = true;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            // The first host makes the database.
        }
        catch (PostgresException exception) when (Refusal().Match(exception.MessageText) is { Success: true } refused)
        {
            throw new NpgsqlException(AdviceOn(refused.Groups["inOptions"].Success ? "options" : refused.Groups["name"].Value), exception);
        }
    }

    /// <param name="isPooled">How to connect. A pooler may accept what is meant for a server.</param>
    /// <returns>False if what answers does not take the start-up message of a server.</returns>
    private async Task<bool> TryAsync(bool isPooled)
    {
        await using var connection = new NpgsqlConnection(ConnectionStrings.ForPostgres(database, isPooled) + ";Pooling=false");
        try
        {
            await connection.OpenAsync();
        }
        catch (PostgresException exception) when (!isPooled && IsRefusal(exception.SqlState))
        {
            return false;
        }

        // A pooler makes up the id that it tells when a connection begins.
        IsPresent = isPooled || await AskAsync<int>(connection, "SELECT pg_backend_pid()") != connection.ProcessID;
        if (IsPresent) await CheckAsync(connection);
        return true;
    }

    private async Task CheckAsync(NpgsqlConnection connection)
    {
        await using var transaction = await BeginAsync(connection);
        var wanted = new NpgsqlConnectionStringBuilder(database.ConnectionString).SearchPath;
        if (wanted is not null && Plain(await AskAsync<string>(connection, "SHOW search_path")) != Plain(wanted))
        {
            throw new NpgsqlException(AdviceOn("search_path"));
        }

        var isUnlimited = await AskAsync<string>(connection, "SHOW idle_in_transaction_session_timeout") == "0";
        if (!isUnlimited) return;
        var role = await AskAsync<string>(connection, "SELECT quote_ident(current_user)");
        MissingLimit = $"ALTER ROLE {role} SET idle_in_transaction_session_timeout = '{ConnectionStrings.IdleLimit}ms'";
    }

    private static async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection)
    {
        try
        {
            var transaction = await connection.BeginTransactionAsync();
            await AskAsync<int>(connection, "SELECT 1");   // the driver sends BEGIN with the first statement
            return transaction;
        }
        catch (PostgresException exception) when (IsRefusal(exception.SqlState))
        {
            throw new NpgsqlException(
                $"the connection pooler does not take transactions ({exception.MessageText}); set its pool_mode to transaction or session",
                exception);
        }
    }

    private static async Task<T> AskAsync<T>(NpgsqlConnection connection, string question)
    {
        await using var command = new NpgsqlCommand(question, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    // Class 08 is all that PgBouncer says, 0A means "not supported".
    private static bool IsRefusal(string sqlState) =>
        sqlState.StartsWith("08", StringComparison.Ordinal) || sqlState.StartsWith("0A", StringComparison.Ordinal);

    private static string Plain(string searchPath) => searchPath.Replace(" ", "").Replace("\"", "");

    private static string AdviceOn(string parameter) => parameter switch
    {
        "search_path" => "the connection pooler does not take Search Path; leave it out of the connection string and set it for the role: "
            + "ALTER ROLE … SET search_path = …",
        "options" => "the connection pooler does not take Options; leave it out of the connection string and set its content for the "
            + "role: ALTER ROLE … SET …",
        _ => $"the connection pooler does not take {parameter}; leave it out of the connection string, or add it to the pooler's "
            + "ignore_startup_parameters",
    };

    // PgBouncer's words. From 1.20 on it looks into the options.
    [GeneratedRegex(@"unsupported startup parameter(?<inOptions> in options)?: (?<name>\w+)")]
    private static partial Regex Refusal();
}
