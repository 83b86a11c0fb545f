using Dispatch.Data;
using Dispatch.Data.Copying;
using Dispatch.Settings;

namespace Dispatch.Web.Copying;

/// <summary>What <c>migrate-data</c> was called with.</summary>
/// <param name="From">Null: the database of the settings.</param>
internal sealed record CopyArguments(CopyEndpoint? From, CopyEndpoint To)
{
    public const string Usage =
        """
        Moves everything from one database to an empty one: accounts, projects, keys, jobs, history.
        The source keeps its rows.

          migrate-data --from "Sqlite:Data Source=data/dispatch.db" \
                       --to "Postgres:Host=db.example.com;Database=dispatch;Username=dispatch;Password=…"

          --from   where the data are; without it, the database of the settings
                   (Database:Provider and Database:ConnectionString)
          --to     an empty database; it is made where it is missing and the user may make it

        Each is a provider (Sqlite, Postgres or SqlServer), a colon and a connection string, in
        quotation marks, for a shell ends the command at a semicolon.

        Stop all hosts first. A move that was cut off goes on where it was when the same command
        is given again.
        """;

    private static string Prefixes => string.Join(", ", Enum.GetNames<DatabaseProvider>().Select(provider => provider + ":"));

    /// <summary>Reads what follows the command's name.</summary>
    /// <exception cref="UsageException">Something is missing, unknown or not to be understood.</exception>
    public static CopyArguments Read(IReadOnlyList<string> arguments)
    {
        var ends = new Dictionary<string, CopyEndpoint>();
        for (var at = 0; at < arguments.Count; at++)
        {
            var (option, text) = arguments[at].Split('=', 2) is [var name, var value] ? (name, value) : (arguments[at], null);
            if (option is not ("--from" or "--to"))
                throw new UsageException($"'{Shown(option)}' is not an option of migrate-data; it has --from, --to and --help.");
            text ??= ++at < arguments.Count
                ? arguments[at]
                : throw new UsageException($"{option} needs a database, such as \"Sqlite:Data Source=data/dispatch.db\".");
            if (!ends.TryAdd(option, new CopyEndpoint(option, Parse(option, text)))) throw new UsageException($"{option} is there twice.");
        }

        return ends.TryGetValue("--to", out var to)
            ? new CopyArguments(ends.GetValueOrDefault("--from"), to)
            : throw new UsageException(
                "--to is missing: the database to fill, such as "
                + "--to \"Postgres:Host=db.example.com;Database=dispatch;Username=dispatch;Password=…\".");
    }

    private static DatabaseOptions Parse(string option, string text)
    {
        var (name, connectionString) = text.Split(':', 2) is [var before, var after] ? (before.Trim(), after.Trim()) : ("", text);
        var named = Enum.GetNames<DatabaseProvider>().FirstOrDefault(provider => provider.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"{option} must begin with the provider and a colon: {Prefixes} then the connection string.");
        var database = new DatabaseOptions { Provider = Enum.Parse<DatabaseProvider>(named), ConnectionString = connectionString };
        return ConnectionStrings.WhyUnusable(database) is { } why
            ? throw new UsageException($"{option}: the connection string {why}.")
            : database;
    }

    // A connection string without its quotation marks may end up here in pieces, its password among them.
    private static string Shown(string option) =>
        option.StartsWith("--", StringComparison.Ordinal) ? option : option[..Math.Min(option.Length, 3)] + "…";
}

/// <summary>The command was called wrongly; the message says what is wrong and what is allowed.</summary>
internal sealed class UsageException(string message) : Exception(message);
