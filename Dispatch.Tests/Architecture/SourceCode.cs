using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dispatch.Tests.Architecture;

/// <summary>A use of a type, of a member, or of a namespace, as the compiler understands it.</summary>
/// <param name="File">From the repository's root.</param>
/// <param name="Line">From 1.</param>
/// <param name="From">The namespace that uses it.</param>
/// <param name="Space">The namespace that it lies in, or that it is.</param>
/// <param name="Name">The type, with its namespace.</param>
internal sealed record Use(string File, int Line, string From, string Space, string Name);

/// <summary>
/// The hand-written C# of a project, compiled from its source as the build does. So calls inside method bodies are seen, static and
/// extension methods, inferred types and the references of doc comments too, which reflection over signatures would miss.
/// </summary>
internal sealed class SourceCode
{
    private static readonly string[] Symbols =
        ["NET", "NET10_0", "NET10_0_OR_GREATER", "NET9_0_OR_GREATER", "NET8_0_OR_GREATER", "RELEASE", "TRACE"];

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

    /// <summary>Files that are not, as a whole, in one namespace: what lies outside of it is in no room.</summary>
    public IEnumerable<string> FilesInNoRoom() => read
        .Where(tree => tree.GetCompilationUnitRoot() is var root
            && (root.AttributeLists.Count > 0 || root.Members is not [BaseNamespaceDeclarationSyntax] || NamespacesOf(tree).Count() != 1))
        .Select(tree => $"{tree.FilePath}: a file is one namespace, without anything beside it.");

    /// <summary>The types declared in the source, nested ones aside.</summary>
    public IEnumerable<INamedTypeSymbol> Types() => read
        .SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<MemberDeclarationSyntax>()
            .Where(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax && node.Parent is BaseNamespaceDeclarationSyntax)
            .Select(node => (INamedTypeSymbol)compilation.GetSemanticModel(tree).GetDeclaredSymbol(node)!))
        .Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default);

    private IEnumerable<Use> UsesIn(SyntaxTree tree)
    {
        var model = compilation.GetSemanticModel(tree);
        var space = NamespacesOf(tree).FirstOrDefault()?.Name.ToString() ?? "";
        foreach (var node in tree.GetRoot().DescendantNodes(descendIntoTrivia: true))
        {
            var line = node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
            // An extension member that no name in the code says (foreach, await, a query) needs the namespace of its class.
            if (node is UsingDirectiveSyntax { Name: { } name } && model.GetSymbolInfo(name).Symbol is INamespaceSymbol used)
            {
                yield return new Use(tree.FilePath, line, space, used.ToDisplayString(), used.ToDisplayString());
            }

            foreach (var type in UsedBy(node, model).Where(type => type.ContainingNamespace is not null))
            {
                yield return new Use(tree.FilePath, line, space, type.ContainingNamespace.ToDisplayString(), type.ToDisplayString());
            }
        }
    }

    private static IEnumerable<INamedTypeSymbol> UsedBy(SyntaxNode node, SemanticModel model)
    {
        if (node is not (SimpleNameSyntax or ImplicitObjectCreationExpressionSyntax or InvocationExpressionSyntax)) yield break;

        var found = model.GetSymbolInfo(node);
        foreach (var symbol in found.Symbol is { } one ? [one] : found.CandidateSymbols)
        {
            var type = symbol as ITypeSymbol ?? (symbol is INamespaceSymbol ? null : symbol.ContainingType);
            foreach (var part in PartsOf(type)) yield return part;
        }

        // The type of a value that no name says, such as that of a `var`.
        if (node is not SimpleNameSyntax) yield break;
        foreach (var part in PartsOf(model.GetTypeInfo(node).Type)) yield return part;
    }

    // What a type is made of: List<Job[]> is List and Job. Anonymous types lie in no namespace of ours.
    private static IEnumerable<INamedTypeSymbol> PartsOf(ITypeSymbol? type) => type switch
    {
        IArrayTypeSymbol array => PartsOf(array.ElementType),
        INamedTypeSymbol { IsAnonymousType: false } named => [named.OriginalDefinition, .. named.TypeArguments.SelectMany(PartsOf)],
        _ => [],
    };

    // With the symbols of the build, so that no code is left out.
    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(
        text,
        new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.Parse, preprocessorSymbols: Symbols),
        path);

    private static IEnumerable<BaseNamespaceDeclarationSyntax> NamespacesOf(SyntaxTree tree) =>
        tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>();

    private static IEnumerable<(string File, string Text)> FilesOf(string project) => Directory
        .EnumerateFiles(Path.Combine(Repository, project), "*.cs", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Repository, path).Replace('\\', '/'))
        .Where(file => !file.StartsWith($"{project}/obj/", StringComparison.Ordinal))
        .Where(file => !file.StartsWith($"{project}/bin/", StringComparison.Ordinal))
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
