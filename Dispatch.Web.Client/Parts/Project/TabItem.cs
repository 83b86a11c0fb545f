namespace Dispatch.Web.Client.Parts.Project;

/// <summary>One tab of a <see cref="TabStrip"/>.</summary>
/// <param name="Name">Unique in its strip.</param>
/// <param name="Href">The address that shows it, where tabs are in the address; it works before the page is interactive as well.</param>
public sealed record TabItem(string Name, string Title, string? Href = null);
