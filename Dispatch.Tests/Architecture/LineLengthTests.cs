namespace Dispatch.Tests.Architecture;

public sealed class LineLengthTests
{
    private const int Longest = 140;

    private static readonly string[] Kinds = [".cs", ".razor", ".css", ".js", ".mjs", ".sh"];

    /// <summary>Built, fetched or generated, so nobody reads or writes it by hand.</summary>
    private static readonly string[] NotByHand = ["bin", "obj", "node_modules", "Migrations", "TestResults", ".git"];

    [Fact]
    public void No_hand_written_line_is_longer_than_140_characters()
    {
        var files = FilesIn(new DirectoryInfo(SourceCode.Repository)).ToArray();

        Assert.True(files.Length > 500, $"Only {files.Length} files were found.");
        string[] found = [.. files.SelectMany(TooLong)];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    private static IEnumerable<FileInfo> FilesIn(DirectoryInfo folder) => folder.EnumerateFiles()
        .Where(file => Kinds.Contains(file.Extension))
        .Concat(folder.EnumerateDirectories().Where(inner => !NotByHand.Contains(inner.Name)).SelectMany(FilesIn));

    private static IEnumerable<string> TooLong(FileInfo file) => File.ReadLines(file.FullName).Index()
        .Where(line => line.Item.Length > Longest)
        .Select(line => $"{NameOf(file)}:{line.Index + 1} has {line.Item.Length} characters, {Longest} are allowed.");

    private static string NameOf(FileInfo file) => Path.GetRelativePath(SourceCode.Repository, file.FullName);
}
