using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Jobs;

/// <summary>
/// Writes curl commands for a POSIX shell. Whatever comes from a job stands in single quotes, in which a shell interprets nothing.
/// </summary>
internal static class Curl
{
    // Linux takes at most 128 KiB in one argument (MAX_ARG_STRLEN); printf is part of the shell and is not bound to it.
    private const int LongestArgument = 100_000;

    private const string Break = " \\\n  ";

    // What curl writes by itself, from the URL and the body.
    private static readonly string[] OwnHeaders = ["host", "content-length"];

    /// <summary>The request that schedules a job.</summary>
    /// <param name="host">The address of this host, with a slash at the end.</param>
    public static string Schedule(string host, string body) =>
        Post($"{host}api/v1/jobs", [new HeaderLine("x-api-key", "sk_…"), new HeaderLine("content-type", "application/json")], body);

    /// <summary>The same with the body in a file: for one that is too long to read.</summary>
    public static string ScheduleFile(string host) =>
        string.Join(
            Break,
            $"curl -X POST {Quote($"{host}api/v1/jobs")}",
            "-H 'x-api-key: sk_…'", "-H 'content-type: application/json'", "--data-binary @job.json");

    /// <summary>A request as it was sent, to send it once more by hand.</summary>
    public static string Post(string url, IEnumerable<HeaderLine> headers, string body)
    {
        string[] brackets = url.AsSpan().ContainsAny("[]{}") ? ["--globoff"] : [];   // curl would take them for a pattern
        string[] parts =
        [
            $"curl -X POST {Quote(url)}", .. brackets,
            .. headers.Where(header => !OwnHeaders.Contains(header.Name.ToLowerInvariant())).Select(Header),
        ];
        var command = string.Join(Break, parts);
        return body.Length * 3 < LongestArgument || System.Text.Encoding.UTF8.GetByteCount(body) < LongestArgument
            ? $"{command}{Break}--data-raw {Quote(body)}"
            : $"printf %s {Quote(body)} | {command}{Break}--data-binary @-";
    }

    /// <summary>One word for the shell, whatever is in it.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    // curl leaves a header without a value out, unless it ends in a semicolon.
    private static string Header(HeaderLine header) =>
        $"-H {Quote(header.Value.Length == 0 ? $"{header.Name};" : $"{header.Name}: {header.Value}")}";
}
