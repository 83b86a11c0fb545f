using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Architecture;

/// <summary>The picture in ARCHITECTURE.md is the code's. <c>tools/rooms.sh</c> draws it anew.</summary>
// Compiling takes the processors from tests that must be in time.
[Collection(nameof(AloneOnTheMachine))]
public sealed class RoomMapTests
{
    private const string Begin = "<!-- rooms:begin -->";
    private const string End = "<!-- rooms:end -->";

    [Fact]
    public async Task The_picture_of_the_rooms_is_drawn_from_the_code()
    {
        var path = Path.Combine(SourceCode.Repository, "ARCHITECTURE.md");
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(from >= Begin.Length && to >= from, $"ARCHITECTURE.md has no place for the picture, from {Begin} to {End}.");

        var drawn = $"\n{RoomMap.Draw(SourceCode.Core.Uses)}\n";
        if (Environment.GetEnvironmentVariable("DISPATCH_APPROVE") == "1")
        {
            text = text[..from] + drawn + text[to..];
            await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        }
        else
        {
            Assert.True(text[from..to] == drawn, $"The rooms have changed: tools/rooms.sh draws the picture anew. It would be:\n{drawn}");
        }
    }
}
