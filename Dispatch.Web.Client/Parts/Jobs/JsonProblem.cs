namespace Dispatch.Web.Client.Parts.Jobs;

/// <summary>What is wrong with a payload.</summary>
/// <param name="At">Where in the text, in UTF-16 units from 0; null where the whole is to blame.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 units.</param>
internal sealed record JsonProblem(string Message, int? At, int Line, int Column)
{
    public override string ToString() => At is null ? Message : $"Line {Line:N0}, column {Column:N0}: {Message}";
}
