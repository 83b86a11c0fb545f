using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Dispatch.Tests.Docs;

/// <summary>
/// Builds a C# sample as <c>dotnet new web</c> would: with implicit usings and nullable references, warnings being errors.
/// </summary>
internal static class CSharpSample
{
    private static readonly string[] ImplicitUsings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
        "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing",
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting",
        "Microsoft.Extensions.Logging",
    ];

    /// <summary>Returns the path of a DLL that <c>dotnet</c> runs.</summary>
    public static string Compile(string folder, string code)
    {
        var usings = string.Concat(ImplicitUsings.Select(name => $"global using {name};\n"));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(IsFramework)
            .Select(path => MetadataReference.CreateFromFile(path));
        var options = new CSharpCompilationOptions(
            OutputKind.ConsoleApplication,
            nullableContextOptions: NullableContextOptions.Enable,
            generalDiagnosticOption: ReportDiagnostic.Error,
            optimizationLevel: OptimizationLevel.Release)
            .WithSpecificDiagnosticOptions([new("CS1701", ReportDiagnostic.Suppress), new("CS1702", ReportDiagnostic.Suppress)]);
        var compilation = CSharpCompilation.Create(
            "Sample", [CSharpSyntaxTree.ParseText(usings), CSharpSyntaxTree.ParseText(code)], references, options);

        var path = Path.Combine(folder, "Sample.dll");
        var result = compilation.Emit(path);
        Assert.True(
            result.Success,
            string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        File.Copy(
            Path.ChangeExtension(typeof(CSharpSample).Assembly.Location, ".runtimeconfig.json"),
            Path.Combine(folder, "Sample.runtimeconfig.json"));
        return path;
    }

    // A reader's project has the framework and none of our packages.
    private static bool IsFramework(string path) =>
        path.Contains("Microsoft.NETCore.App", StringComparison.Ordinal)
        || path.Contains("Microsoft.AspNetCore.App", StringComparison.Ordinal);
}
