using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Dispatch.Tests.Infrastructure;

/// <summary>
/// T-SQL as SQL Server 2019 understands it. It knows the grammar, not the tables: a column that does not exist is no error here.
/// </summary>
internal static class TSql
{
    /// <summary>
    /// What is wrong, with line and column; empty where nothing is.
    /// Each batch between GO is parsed by itself, and so is each text that is handed to EXEC.
    /// </summary>
    public static IReadOnlyList<string> Errors(string script)
    {
        // Quoted names are names only with an option that sqlcmd leaves off: none may be in there, so the script must be right either way.
        var parser = new TSql150Parser(initialQuotedIdentifiers: true);
        var tree = parser.Parse(new StringReader(script), out var errors);
        if (errors.Count > 0) return [.. errors.Select(error => $"({error.Line},{error.Column}) {error.Message}")];

        var handed = new HandedToExec();
        tree.Accept(handed);
        return [.. QuotedNames(tree), .. handed.Texts.SelectMany(Errors)];
    }

    private static IEnumerable<string> QuotedNames(TSqlFragment tree) => tree.ScriptTokenStream
        .Where(token => token.TokenType == TSqlTokenType.AsciiStringOrQuotedIdentifier)
        .Select(token => $"({token.Line},{token.Column}) {token.Text} is a name only where QUOTED_IDENTIFIER is on.");

    private sealed class HandedToExec : TSqlFragmentVisitor
    {
        public List<string> Texts { get; } = [];

        public override void Visit(ExecutableStringList node) =>
            Texts.Add(string.Concat(node.Strings.Select(text => text is StringLiteral literal ? literal.Value : "[variable]")));
    }
}
