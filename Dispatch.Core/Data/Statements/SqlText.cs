using System.Text.RegularExpressions;
using Dispatch.Settings;

namespace Dispatch.Data.Statements;

/// <summary>One statement in the SQL of each database. Parameters are written <c>@name</c> in all three.</summary>
internal sealed partial class SqlText(string sqlite, string postgres, string sqlServer)
{
    public string Sqlite => sqlite;

    public string Postgres => postgres;

    public string SqlServer => sqlServer;

    /// <summary>PostgreSQL's own form, <c>$1</c>: its driver would otherwise translate the names at each execution.</summary>
    public PositionalText ForPostgres { get; } = new(postgres);

    public string For(DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => Sqlite,
        DatabaseProvider.Postgres => ForPostgres.Text,
        DatabaseProvider.SqlServer => SqlServer,
    };

    /// <summary>The same fragment with [names] and N'texts' as SQL Server wants them.</summary>
    public static string InBrackets(string fragment) => Literal().Replace(Name().Replace(fragment, "[$1]"), "N$0");

    internal sealed class PositionalText
    {
        public PositionalText(string named)
        {
            var names = new List<string>();
            Text = Parameter().Replace(named, match =>
            {
                var at = names.IndexOf(match.Groups[1].Value);
                if (at < 0)
                {
                    at = names.Count;
                    names.Add(match.Groups[1].Value);
                }

                return $"${at + 1}";
            });
            Names = names;
        }

        public string Text { get; }

        /// <summary>The parameters in the order of their numbers.</summary>
        public IReadOnlyList<string> Names { get; }
    }

    [GeneratedRegex(@"@(\w+)")]
    private static partial Regex Parameter();

    [GeneratedRegex("\"(\\w+)\"")]
    private static partial Regex Name();

    [GeneratedRegex("'\\w*'")]
    private static partial Regex Literal();
}
