using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;
using Dispatch.Data.Statements;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;

namespace Dispatch.Tests.Writing;

/// <summary>The hot statements as texts. What they do on SQLite and PostgreSQL is the storage suite's.</summary>
public sealed partial class VerbSqlTests
{
    private const BindingFlags Fields =
        BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static TheoryData<string> Texts => new(All.Keys);

    internal static Dictionary<string, SqlText> All { get; } = FindAll();

    [Theory, MemberData(nameof(Texts))]
    public void The_text_for_SQL_Server_is_TSql_of_2019(string name) => Assert.Empty(TSql.Errors(All[name].SqlServer));

    /// <summary>Without READCOMMITTEDLOCK, READPAST is an error in a database that reads snapshots; parsing does not show it.</summary>
    [Theory, MemberData(nameof(Texts))]
    public void READPAST_stands_beside_READCOMMITTEDLOCK(string name) =>
        Assert.DoesNotMatch(@"READPAST(?!, READCOMMITTEDLOCK)", All[name].SqlServer);

    /// <summary>A job that a stranger has locked must be skipped, not waited for.</summary>
    [Theory, MemberData(nameof(Texts))]
    public void A_statement_that_changes_jobs_skips_locked_ones(string name)
    {
        if (!ChangesJobs().IsMatch(All[name].Postgres)) return;
        Assert.Contains("SKIP LOCKED", All[name].Postgres);
        Assert.Contains("READPAST", All[name].SqlServer);
    }

    [Fact]
    public void Every_verb_is_found() =>
        Assert.All(
            typeof(Verb).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Verb)) && !type.IsAbstract),
            verb => Assert.Contains(All.Keys, name => name.StartsWith(verb.Name, StringComparison.Ordinal)));

    private static Dictionary<string, SqlText> FindAll()
    {
        var found = new Dictionary<string, SqlText>();
        foreach (var type in typeof(SqlText).Assembly.GetTypes().Where(type => !type.ContainsGenericParameters))
        {
            foreach (var field in type.GetFields(Fields))
            {
                foreach (var (at, text) in TextsIn(field).Index()) found[$"{type.Name}.{field.Name}.{at}"] = text;
            }
        }

        return found;
    }

    private static IEnumerable<SqlText> TextsIn(FieldInfo field)
    {
        if (field.FieldType == typeof(SqlText)) return [(SqlText)field.GetValue(null)!];
        if (field.FieldType == typeof(Dictionary<string, SqlText>)) return ((IDictionary)field.GetValue(null)!).Values.Cast<SqlText>();
        return field.FieldType.IsGenericType && field.FieldType.GetGenericTypeDefinition() == typeof(RowStatement<>)
            ? [(SqlText)field.FieldType.GetProperty(nameof(RowStatement<object>.Text))!.GetValue(field.GetValue(null))!]
            : [];
    }

    [GeneratedRegex("UPDATE \"Jobs\"")]
    private static partial Regex ChangesJobs();
}
