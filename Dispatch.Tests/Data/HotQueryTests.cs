using System.Runtime.CompilerServices;
using System.Text;
using Dispatch.Settings;
using Dispatch.Tests.Data.Hot;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Data;

/// <summary>
/// The SQL that EF makes for what is read all the time, as approved texts in <c>Approved</c>: whoever changes it, EF's next version
/// included, sees so in review. It is taken from the real code on a <see cref="FakeDatabase"/>.
/// </summary>
public sealed class HotQueryTests(HotQueryTests.Hosts hosts) : IClassFixture<HotQueryTests.Hosts>
{
    private static readonly DatabaseProvider[] Databases = [DatabaseProvider.Postgres, DatabaseProvider.SqlServer];

    private static readonly Dictionary<string, Func<FakeHost, Task>> Paths = new(HotReads.All);

    public static TheoryData<DatabaseProvider, string> Names =>
        [.. Databases.SelectMany(_ => Paths.Keys, (database, name) => (database, name))];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Its_SQL_is_the_approved_one(DatabaseProvider provider, string name)
    {
        var host = hosts.Of[provider];
        await Paths[name](host);

        var received = Write(host.Database.Statements);
        var file = Path.Combine(Folder(provider), $"{name}.sql");
        if (Environment.GetEnvironmentVariable("DISPATCH_APPROVE") == "1")
        {
            Directory.CreateDirectory(Folder(provider));
            await File.WriteAllTextAsync(file, received, TestContext.Current.CancellationToken);
        }

        var approved = File.Exists(file) ? await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken) : "";
        Assert.True(approved == received, $"""
            The SQL of '{name}' on {provider} is not the approved one ({file}): - approved, + received.
            If the change is meant, run the test with DISPATCH_APPROVE=1, which writes the file, and commit it.
            {Difference(approved, received)}
            """);
    }

    [Theory]
    [InlineData(DatabaseProvider.Postgres)]
    [InlineData(DatabaseProvider.SqlServer)]
    public void Every_approved_text_belongs_to_something(DatabaseProvider provider) =>
        Assert.Equal(
            Paths.Keys.Order(StringComparer.Ordinal),
            Directory.GetFiles(Folder(provider)).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal));

    [Fact]
    public void What_is_approved_for_SQL_Server_is_TSql_of_2019() =>
        Assert.All(Directory.GetFiles(Folder(DatabaseProvider.SqlServer)), file => Assert.Empty(TSql.Errors(File.ReadAllText(file))));

    private static string Folder(DatabaseProvider provider, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Approved", provider.ToString());

    private static string Write(IReadOnlyList<Statement> statements)
    {
        var text = new StringBuilder();
        foreach (var (at, statement) in statements.Index())
        {
            text.Append($"-- {at + 1} of {statements.Count}")
                .Append(statement.Parameters.Count == 0 ? "" : $": {string.Join(", ", statement.Parameters)}")
                .Append('\n');
            text.Append(statement.Text.ReplaceLineEndings("\n").TrimEnd(';', '\n')).Append(";\n");
            if (at + 1 < statements.Count) text.Append('\n');
        }

        return text.ToString();
    }

    private static string Difference(string approved, string received)
    {
        var (old, fresh) = (approved.Split('\n'), received.Split('\n'));
        var same = old.Zip(fresh).TakeWhile(pair => pair.First == pair.Second).Count();
        var end = old.Skip(same).Reverse().Zip(fresh.Skip(same).Reverse()).TakeWhile(pair => pair.First == pair.Second).Count();
        return string.Join('\n', [
            .. old[..same].TakeLast(3).Select(line => $"  {line}"),
            .. old[same..^end].Select(line => $"- {line}"),
            .. fresh[same..^end].Select(line => $"+ {line}"),
            .. old[^end..].Take(3).Select(line => $"  {line}")]);
    }

    /// <summary>A host on each database, for all tests: starting one takes longer than a test.</summary>
    public sealed class Hosts : IAsyncLifetime
    {
        internal Dictionary<DatabaseProvider, FakeHost> Of { get; } = [];

        public async ValueTask InitializeAsync()
        {
            foreach (var provider in Databases) Of[provider] = await FakeHost.StartAsync(provider);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var host in Of.Values) await host.DisposeAsync();
        }
    }
}
