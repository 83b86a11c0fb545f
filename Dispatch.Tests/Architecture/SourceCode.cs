using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dispatch.Tests.Architecture;

/// <summary>A use of a type or of a member, as the compiler understands it.</summary>
/// <param name="File">From the repository's root.</param>
/// <param name="Line">From 1.</param>
/// <param name="From">The namespace that uses it.</param>
/// <param name="Used">The type, the member's type included.</param>
internal sealed record Use(string File, int Line, string From, INamedTypeSymbol Used);

/// <summary>
/// The hand-written C# of a project, compiled from its source as the build does. So calls inside method bodies are seen, static and
/// extension methods, inferred types and the references of doc comments too, which reflection over signatures would miss.
/// </summary>
internal sealed class SourceCode
{
    private static readonly string[] CoreUsings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
    ];

    private static readonly string[] WebUsings =
    [
        .. CoreUsings, "System.Net.Http.Json", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http",
        "Microsoft.AspNetCore.Routing", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    private readonly CSharpCompilation compilation;
    private readonly HashSet<SyntaxTree> read = [];
    private readonly Lazy<Use[]> uses;

    private SourceCode(string project, string[] usings, IEnumerable<(string File, string Text)> files)
    {
        var trees = files.Select(file => Parse(file.Text, file.File)).ToArray();
        read.UnionWith(trees);
        compilation = CSharpCompilation.Create(
            project,
            [Parse(string.Concat(usings.Select(name => $"global using {name};\n")), "usings"), .. trees],
            References(project),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        uses = new(() => [.. read.SelectMany(UsesIn)]);
    }

    /// <summary>Where the repository begins.</summary>
    public static string Repository { get; } = FindRepository();

    public static SourceCode Core { get; } = new("Dispatch.Core", CoreUsings, FilesOf("Dispatch.Core"));

    public static SourceCode Web { get; } = new("Dispatch.Web", WebUsings, FilesOf("Dispatch.Web"));

    /// <summary>Core with a file that is not in its folder.</summary>
    public static SourceCode CoreWith(string file, string text) =>
        new("Dispatch.Core", CoreUsings, [.. FilesOf("Dispatch.Core"), (file, text)]);

    /// <summary>What the compiler does not understand, so that nothing is overlooked because it does not bind.</summary>
    public IEnumerable<Diagnostic> Unbound() => compilation.GetDiagnostics()
        .Where(diagnostic => diagnostic.Id is "CS0246" or "CS0234" or "CS0103" or "CS0117" or "CS1061");

    /// <summary>Every use of a type, or of a member of a type.</summary>
    public IReadOnlyList<Use> Uses => uses.Value;

    /// <summary>Those in one file.</summary>
    public IEnumerable<Use> UsesIn(string file) => UsesIn(read.Single(tree => tree.FilePath == file));

    /// <summary>The types declared in the source, nested ones aside.</summary>
    public IEnumerable<INamedTypeSymbol> Types() => read
        .SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<MemberDeclarationSyntax>()
            .Where(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax && node.Parent is BaseNamespaceDeclarationSyntax)
            .Select(node => (INamedTypeSymbol)compilation.GetSemanticModel(tree).GetDeclaredSymbol(node)!))
        .Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default);

    private IEnumerable<Use> UsesIn(SyntaxTree tree)
    {
        var model = compilation.GetSemanticModel(tree);
        var root = tree.GetCompilationUnitRoot();
        var space = root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? "";
        foreach (var node in root.DescendantNodes(descendIntoTrivia: true))
        {
            foreach (var used in UsedBy(node, model))
            {
                yield return new Use(tree.FilePath, node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, space, used);
            }
        }
    }

    private static IEnumerable<INamedTypeSymbol> UsedBy(SyntaxNode node, SemanticModel model)
    {
        if (node is not (SimpleNameSyntax or ImplicitObjectCreationExpressionSyntax or InvocationExpressionSyntax)) yield break;

        var found = model.GetSymbolInfo(node);
        foreach (var symbol in found.Symbol is { } one ? [one] : found.CandidateSymbols)
        {
            var type = symbol as INamedTypeSymbol ?? (symbol is INamespaceSymbol ? null : symbol.ContainingType);
            if (type is not null) yield return type.OriginalDefinition;
        }

        // The type of a value that no name says, such as that of a `var`.
        if (node is not SimpleNameSyntax || model.GetTypeInfo(node).Type is not INamedTypeSymbol value) yield break;
        yield return value.OriginalDefinition;
        foreach (var argument in value.TypeArguments.OfType<INamedTypeSymbol>()) yield return argument.OriginalDefinition;
    }

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(
        text, new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.Parse), path);

    private static IEnumerable<(string File, string Text)> FilesOf(string project) => Directory
        .EnumerateFiles(Path.Combine(Repository, project), "*.cs", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Repository, path).Replace('\\', '/'))
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
        .Select(file => (file, File.ReadAllText(Path.Combine(Repository, file))));

    // This process runs with what the project was built with. The project's own output is left out: its types would be there twice.
    private static IEnumerable<MetadataReference> References(string project) => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator)
        .Where(path => Path.GetFileNameWithoutExtension(path) != project)
        .Select(path => MetadataReference.CreateFromFile(path));

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Dispatch.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
