using System.Text.RegularExpressions;
using Dispatch.Tests.Infrastructure;
using Microsoft.CodeAnalysis;

namespace Dispatch.Tests.Architecture;

/// <summary>Who may use whom in Dispatch.Core (ARCHITECTURE.md).</summary>
// Compiling takes the processors from tests that must be in time.
[Collection(nameof(AloneOnTheMachine))]
public sealed partial class RoomTests
{
    private const string HangfireRoom = "Dispatch.Alarms.HangfireAdapter";
    private const string Offender = "Dispatch.Core/Writing/Offender.cs";
    private const string HangfireMount = "Dispatch.Web/Operators/HangfireDashboard.cs";

    [Fact]
    public void Every_file_of_the_engine_is_in_one_room() => AssertNone(SourceCode.Core.FilesInNoRoom());

    [Fact]
    public void Every_namespace_of_the_engine_is_a_room_and_the_folder_that_its_files_lie_in()
    {
        foreach (var type in SourceCode.Core.Types())
        {
            var space = type.ContainingNamespace.ToDisplayString();
            Assert.True(Rooms.Of(space) is not null, $"{type} lies in {space}, which is no room of ARCHITECTURE.md.");
            Assert.All(type.Locations, place => Assert.Equal(
                $"Dispatch.Core{space["Dispatch".Length..].Replace('.', '/')}", Path.GetDirectoryName(place.SourceTree!.FilePath)));
        }
    }

    [Fact]
    public void A_room_uses_only_the_rooms_below_it() => AssertNone(Offences(SourceCode.Core.Uses));

    /// <summary>What does not bind would be overlooked.</summary>
    [Fact]
    public void Every_name_is_understood() => AssertNone(SourceCode.Core.Unbound().Select(diagnostic => diagnostic.ToString()));

    [Theory]
    [InlineData("private static object Touch() => Dispatch.Live.AccountChanges.Everyone;", "AccountChanges")]   // a static member
    [InlineData("private static void Touch(long at) { Dispatch.Hosts.HostLocks.Remove(default); }", "HostLocks")]   // a static call
    [InlineData("private static object Touch(WriteQueueEvents e) { var l = typeof(Dispatch.Jobs.JobService); return l; }", "JobService")]
    [InlineData("private static System.Collections.Generic.List<Dispatch.Jobs.JobService[]>? x;", "JobService")]   // a part of a type
    [InlineData("/// <summary>See <see cref=\"Dispatch.Hosting.WarmUp\"/>.</summary>\n    private int x;", "WarmUp")]   // a doc comment
    public void A_use_that_goes_up_is_named_with_its_type_and_line_also_inside_a_method(string member, string upper)
    {
        var text = $"namespace Dispatch.Writing;\n\ninternal static class Offender\n{{\n    {member}\n}}\n";

        var offences = Offences(SourceCode.CoreWith(Offender, text).UsesIn(Offender));

        Assert.NotEmpty(offences);
        Assert.All(offences, offence => Assert.Matches($@"^Dispatch\.Core/Writing/Offender\.cs:5: Writing uses .*{upper}", offence));
    }

    [Theory]
    [InlineData("using Dispatch.Hosting;\n\nnamespace Dispatch.Writing;", "1: Writing uses Dispatch.Hosting")]
    [InlineData("using W = Dispatch.Hosting.WarmUp;\n\nnamespace Dispatch.Writing;", "1: Writing uses Dispatch.Hosting.WarmUp")]
    [InlineData("using static Dispatch.Hosts.HostLocks;\n\nnamespace Dispatch.Writing;", "1: Writing uses Dispatch.Hosts.HostLocks")]
    public void A_using_counts_as_a_use_whatever_it_is_for(string text, string named)
    {
        var offences = Offences(SourceCode.CoreWith(Offender, text).UsesIn(Offender));

        Assert.Contains(offences, offence => offence.Contains($"Offender.cs:{named}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("internal static class Offender { }")]
    [InlineData("namespace Dispatch.Hosting { }\nnamespace Dispatch.Writing { }")]
    [InlineData("[assembly: System.CLSCompliant(false)]\nnamespace Dispatch.Writing;")]
    public void A_file_that_is_not_in_one_namespace_is_named(string text) => Assert.Contains(
        SourceCode.CoreWith(Offender, text).FilesInNoRoom(), file => file.StartsWith(Offender, StringComparison.Ordinal));

    [Fact]
    public void Only_the_adapter_and_the_mount_of_its_dashboard_name_a_type_of_Hangfire()
    {
        var core = SourceCode.Core.Uses.Where(use => IsHangfire(use) && use.From != HangfireRoom);
        var web = SourceCode.Web.Uses.Where(use => IsHangfire(use) && use.File != HangfireMount);

        AssertNone(core.Concat(web).Select(use => $"{use.File}:{use.Line}: {use.Name}").Distinct());
    }

    /// <summary>Pages are not C# yet: no name that leads into the library's namespace.</summary>
    [Fact]
    public void No_page_names_a_type_of_Hangfire() => AssertNone(Directory
        .EnumerateFiles(SourceCode.Repository, "*.razor", SearchOption.AllDirectories)
        .SelectMany(path => File.ReadLines(path).Index()
            .Where(line => HangfireName().IsMatch(line.Item))
            .Select(line => $"{path}:{line.Index + 1}")));

    [Fact]
    public void The_adapter_and_the_mount_are_seen_to_use_Hangfire()
    {
        Assert.Contains(SourceCode.Core.Uses, IsHangfire);
        Assert.Contains(SourceCode.Web.Uses, use => IsHangfire(use) && use.File == HangfireMount);
    }

    /// <summary>Public are only the enums that public test methods take as arguments: the compiler wants it so.</summary>
    [Fact]
    public void Types_of_the_engine_are_internal() => Assert.Equal(
        ["Dispatch.Model.AttemptStatus", "Dispatch.Model.JobStatus", "Dispatch.Settings.DatabaseProvider"],
        SourceCode.Core.Types()
            .Where(type => type.DeclaredAccessibility == Accessibility.Public && !IsMigration(type))
            .Select(type => type.ToDisplayString())
            .Order(StringComparer.Ordinal));

    private static string[] Offences(IEnumerable<Use> uses) =>
    [
        .. (from use in uses
            let room = Rooms.Of(use.From)
            let other = Rooms.Of(use.Space)
            where room is not null && other is not null && !Rooms.MayUse(room, other)
            select $"{use.File}:{use.Line}: {room} uses {use.Name}, which lies above it or beside it.").Distinct(),
    ];

    // xunit's own assertion would show the first five, shortened.
    private static void AssertNone(IEnumerable<string> offences)
    {
        string[] found = [.. offences];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    private static bool IsHangfire(Use use) => use.Space == "Hangfire" || use.Space.StartsWith("Hangfire.", StringComparison.Ordinal);

    [GeneratedRegex(@"(using\s+|global::|@|[=(<\s""])Hangfire\.\w")]
    private static partial Regex HangfireName();

    private static bool IsMigration(INamedTypeSymbol type) =>
        type.ContainingNamespace.ToDisplayString().Contains(".Migrations", StringComparison.Ordinal);
}
