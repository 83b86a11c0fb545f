namespace Dispatch.Web.Prepared;

/// <summary>An address whose answer is made once.</summary>
/// <param name="IsForStrangers">Someone who is signed in gets another page; otherwise the answer is the same for everybody.</param>
/// <param name="KeepFor">When the answer is made anew; null: never, because nothing in it changes while the host runs.</param>
internal sealed record PreparedPath(string Path, bool IsForStrangers = false, TimeSpan? KeepFor = null)
{
    /// <summary>
    /// What a stranger may ask for and what costs more than a look into memory. The landing page shows an instant an hour ahead, to the
    /// minute.
    /// </summary>
    public static IReadOnlyList<PreparedPath> All { get; } =
    [
        new("/", IsForStrangers: true, KeepFor: TimeSpan.FromMinutes(1)),
        new("/docs/using", IsForStrangers: true),
        new("/docs/using.md"),
        new("/docs/ai-prompt.txt"),
        new("/llms.txt"),
        new("/openapi/v1.json"),
        new("/docs/api/"),
        new("/docs/api/scalar.js"),
        new("/docs/api/scalar.aspnetcore.js"),
    ];
}
