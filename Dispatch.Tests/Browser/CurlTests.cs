using System.Diagnostics;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Parts.Jobs;

namespace Dispatch.Tests.Browser;

/// <summary>
/// What the page says to copy is given to a real shell, with <c>curl</c> replaced by a function that prints its arguments.
/// </summary>
public sealed class CurlTests
{
    private const string Hostile = "it's $(id) `id` \"$HOME\" \\ ! * ; & | > <\n#'' é🚀";

    [Fact]
    public async Task A_shell_reads_nothing_but_words()
    {
        var body = $$"""{"title":"{{Hostile}}"}""";

        var arguments = await RunAsync(Curl.Post(
            "http://example.com/a'b;$(id)", [new HeaderLine("x-a", Hostile), new HeaderLine("x-b", "")], body));

        Assert.Equal(["-X", "POST", "http://example.com/a'b;$(id)", "-H", $"x-a: {Hostile}", "-H", "x-b;", "--data-raw", body], arguments);
    }

    [Fact]
    public async Task A_body_that_is_too_long_for_an_argument_comes_through_a_pipe()
    {
        var body = $$"""{"title":"{{Hostile}}{{new string('é', 100_000)}}"}""";

        var arguments = await RunAsync(Curl.Post("http://example.com/", [], body));

        Assert.Equal(["-X", "POST", "http://example.com/", "--data-binary", "@-", body], arguments);
    }

    [Fact]
    public void Host_and_length_are_left_to_curl()
    {
        var command = Curl.Post(
            "http://example.com/",
            [new HeaderLine("Host", "example.com"), new HeaderLine("Content-Length", "2"), new HeaderLine("webhook-id", "1")],
            "{}");

        Assert.DoesNotContain("Host", command, StringComparison.Ordinal);
        Assert.DoesNotContain("Length", command, StringComparison.Ordinal);
        Assert.Contains("-H 'webhook-id: 1'", command, StringComparison.Ordinal);
    }

    [Fact]
    public void Brackets_in_a_URL_are_no_pattern() =>
        Assert.Contains("--globoff", Curl.Post("http://example.com/?a=[1-3]", [], "{}"), StringComparison.Ordinal);

    [Fact]
    public async Task The_request_that_schedules_goes_to_this_host_with_a_key()
    {
        var arguments = await RunAsync(Curl.Schedule("https://dispatch.example.com/", "{}"));

        Assert.Equal(
            [
                "-X", "POST", "https://dispatch.example.com/api/v1/jobs",
                "-H", "x-api-key: sk_…", "-H", "content-type: application/json",
                "--data-raw", "{}",
            ],
            arguments);
    }

    private static async Task<string[]> RunAsync(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await shell.StandardInput.WriteAsync($$"""
            curl() { printf '%s\0' "$@"; for last; do :; done; if [ "$last" = @- ]; then cat; printf '\0'; fi; }
            {{command}}
            """);
        shell.StandardInput.Close();
        var printed = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        return printed.Split('\0')[..^1];
    }
}
