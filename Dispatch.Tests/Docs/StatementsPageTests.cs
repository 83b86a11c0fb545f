using System.Runtime.CompilerServices;
using System.Text;
using Dispatch.Counters;
using Dispatch.Data.Statements;
using Dispatch.Tests.Writing;

namespace Dispatch.Tests.Docs;

/// <summary><c>docs/internals/statements.md</c> shows the hot statements of the three databases side by side, from the code.</summary>
public sealed class StatementsPageTests
{
    private const string Intro = """
        # The hot statements

        Each verb of `Dispatch.Core/Writing/Verbs` has a text for each database, and those about held jobs one for each of
        `HeldJobs.Conditions`. What stands here is what runs: this page is made from the code
        (`DISPATCH_APPROVE=1 ./test.sh -class Dispatch.Tests.Docs.StatementsPageTests`), and a test compares them.

        - SQLite executes a text with values of a row once for each row, in the process. The servers execute it once for all rows:
          PostgreSQL gets an array for each column, SQL Server one JSON text, `@rows`.
        - On the servers a statement also counts what it changed: `… count …` stands for `CountSql`, `… hours …` for `HourSql`, both at
          the end of this page. In SQLite the batch adds up its changes and counts them at its end.
        - A row that another transaction has locked is skipped. A second statement then says which rows those were, and their writes wait.


        """;

    [Fact]
    public async Task The_page_shows_the_statements_as_they_are()
    {
        var page = Page();
        if (Environment.GetEnvironmentVariable("DISPATCH_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(File)!);
            await System.IO.File.WriteAllTextAsync(File, page, TestContext.Current.CancellationToken);
        }

        var shown = System.IO.File.Exists(File) ? await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken) : "";
        Assert.True(page == shown, $"{File} is out of date: run this test with DISPATCH_APPROVE=1, which writes it, and commit it.");
    }

    private static string File => Path.Combine(Root(), "docs", "internals", "statements.md");

    private static string Page()
    {
        var page = new StringBuilder(Intro.ReplaceLineEndings("\n"));
        foreach (var (name, text) in VerbSqlTests.All.Where(text => !IsCounter(text.Key)).OrderBy(text => text.Key, StringComparer.Ordinal))
        {
            Add(page, name, text, Shorten);
        }

        foreach (var (name, text) in VerbSqlTests.All.Where(text => IsCounter(text.Key))) Add(page, name, text, sql => sql);
        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static bool IsCounter(string name) =>
        name.StartsWith(nameof(CountSql), StringComparison.Ordinal) || name.StartsWith(nameof(HourSql), StringComparison.Ordinal);

    private static void Add(StringBuilder page, string name, SqlText text, Func<string, string> shorten)
    {
        page.Append($"## {name}\n\n");
        foreach (var (database, sql) in new[] { ("SQLite", text.Sqlite), ("PostgreSQL", text.Postgres), ("SQL Server", text.SqlServer) })
        {
            if (sql.Length > 0) page.Append($"{database}:\n\n```sql\n{shorten(sql.ReplaceLineEndings("\n")).Trim('\n', ';')};\n```\n\n");
        }
    }

    private static string Shorten(string sql) => sql
        .Replace(CountSql.Postgres.ReplaceLineEndings("\n"), "… count …")
        .Replace(CountSql.SqlServer.ReplaceLineEndings("\n"), "… count …")
        .Replace(HourSql.Postgres.ReplaceLineEndings("\n"), "… hours …")
        .Replace(HourSql.SqlServer.ReplaceLineEndings("\n"), "… hours …");

    private static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
