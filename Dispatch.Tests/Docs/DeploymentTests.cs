using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Dispatch.Hosting;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Microsoft.Extensions.Configuration;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Dispatch.Tests.Docs;

/// <summary>
/// The files that others deploy from: what they say about Dispatch must be true, whether or not this machine can run them.
/// </summary>
public sealed partial class DeploymentTests
{
    private const string SqlServer = "compose.yaml";
    private const string Postgres = "compose.postgres.yaml";

    [Theory]
    [InlineData(SqlServer, DatabaseProvider.SqlServer)]
    [InlineData(Postgres, DatabaseProvider.Postgres)]
    [InlineData("Dockerfile", DatabaseProvider.Sqlite)]
    [InlineData("deploy/dispatch.service", DatabaseProvider.Sqlite)]
    public void A_host_starts_with_the_settings_of_each_file(string file, DatabaseProvider provider)
    {
        var settings = Settings().Matches(Read(file))
            .Select(match => KeyValuePair.Create(
                match.Groups["name"].Value.Replace("__", ":", StringComparison.Ordinal), (string?)Filled(match)))
            .ToArray();

        var sections = typeof(DispatchSettings).GetProperties().Select(section => section.Name);
        Assert.All(settings, setting => Assert.Contains(setting.Key.Split(':')[0], sections));
        Assert.Equal(provider, DispatchSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).Database.Provider);
    }

    [Theory]
    [InlineData(SqlServer)]
    [InlineData(Postgres)]
    public void The_proxy_that_hosts_believe_is_the_one_that_stands_before_them(string file)
    {
        var text = Read(file);
        var proxy = IPAddress.Parse(Value(text, "ipv4_address"));
        Assert.Equal($"{proxy}/32", Value(text, "Dispatch__KnownProxies"));
        Assert.True(IPNetwork.Parse(Value(text, "subnet")).Contains(proxy));
        Assert.False(IPNetwork.Parse(Value(text, "ip_range")).Contains(proxy), "another container may be given the proxy's address");

        var caddyfile = Read("deploy/Caddyfile");
        Assert.All(
            Hosts().Matches(text).Select(match => match.Groups[1].Value),
            host => Assert.Contains($" {host}:8080", caddyfile, StringComparison.Ordinal));
        Assert.Contains(";localhost", Value(text, "AllowedHosts"), StringComparison.Ordinal);   // what the health checks ask by
    }

    [Theory]
    [InlineData(SqlServer, "stop_grace_period: ([0-9]+)s")]
    [InlineData(Postgres, "stop_grace_period: ([0-9]+)s")]
    [InlineData("Dockerfile", "--stop-timeout ([0-9]+)")]
    [InlineData("deploy/dispatch.service", "TimeoutStopSec=([0-9]+)")]
    public void A_host_has_the_time_to_end_in_order(string file, string pattern) =>
        Assert.True(
            TimeSpan.FromSeconds(int.Parse(Regex.Match(Read(file), pattern).Groups[1].Value)) >= Timing.Drain + TimeSpan.FromSeconds(10));

    [Theory]
    [InlineData(SqlServer)]
    [InlineData(Postgres)]
    public async Task Compose_accepts_the_file_and_asks_for_passwords(string file)
    {
        var compose = await ComposeAsync();
        var (code, output) = await RunAsync(compose, ["-f", PathOf(file), "--env-file", "/dev/null", "config", "-q"]);
        Assert.True(code != 0 && output.Contains("is missing in .env", StringComparison.Ordinal), output);

        (code, output) = await RunAsync(
            compose, ["-f", PathOf(file), "config", "-q"], ("DISPATCH_DB_PASSWORD", "Abc123"), ("MSSQL_SA_PASSWORD", "Abc123"));
        Assert.True(code == 0, output);
    }

    [Fact]
    public void SQL_Server_understands_what_makes_its_database()
    {
        var script = new TSql150Parser(initialQuotedIdentifiers: false)
            .Parse(new StringReader(Read("deploy/sqlserver.sql")), out var errors);
        Assert.Empty(errors.Select(error => $"{error.Line}: {error.Message}"));
        Assert.Equal(4, ((TSqlScript)script).Batches.Count);
    }

    [Fact]
    public async Task The_health_check_of_the_image_tells_a_host_that_is_ready_from_none()
    {
        var bash = (SampleRun.Tool("bash"), Array.Empty<string>());
        await using var host = await TestHost.StartAsync();
        var (code, output) = await RunAsync(
            bash, [PathOf("deploy/healthcheck.sh")], ("ASPNETCORE_HTTP_PORTS", $"{new Uri(host.Url).Port};1"));
        Assert.True(code == 0, output);

        (code, _) = await RunAsync(bash, [PathOf("deploy/healthcheck.sh")], ("ASPNETCORE_HTTP_PORTS", "1"));
        Assert.Equal(1, code);
    }

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "deployment", file);

    private static string Read(string file) => File.ReadAllText(PathOf(file));

    private static string Value(string text, string key) => Regex.Match(text, $@"{key}: ""?([^""\n]+)").Groups[1].Value;

    // ${NAME:-default} is the default, ${NAME:?why} anything.
    private static string Filled(Match setting) => Variables().Replace(
        setting.Groups["value"].Value,
        match => match.Groups["operator"].Value == "-" ? match.Groups["rest"].Value : "Abc123");

    private static async Task<(string Program, string[] Arguments)> ComposeAsync()
    {
        (string, string[])[] ways = [("docker", ["compose"]), ("docker-compose", [])];
        foreach (var (program, arguments) in ways)
        {
            try
            {
                // Version 1 is of another time: it does not know `name` and `required`.
                var (code, output) = await RunAsync((program, arguments), ["version", "--short"]);
                if (code == 0 && !output.StartsWith("1.", StringComparison.Ordinal)) return (program, arguments);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // not on this machine
            }
        }

        Assert.Skip("Docker Compose 2 is not on this machine");
        return default;
    }

    private static async Task<(int Code, string Output)> RunAsync(
        (string Program, string[] Arguments) command, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(command.Program, [.. command.Arguments, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return (process.ExitCode, string.Concat(output));
    }

    /// <summary>
    /// In YAML <c>Name__Key: value</c>, in the unit and the Dockerfile <c>Name__Key=value</c>,
    /// with or without quotation marks around value or both.
    /// </summary>
    [GeneratedRegex("""^[^#\n]*?\b(?<name>[A-Za-z]+__[A-Za-z]+)(?:: |=)"?(?<value>[^"\n]*)""", RegexOptions.Multiline)]
    private static partial Regex Settings();

    [GeneratedRegex(@"\$\{[A-Z_]+:(?<operator>[-?])(?<rest>[^}]*)\}")]
    private static partial Regex Variables();

    [GeneratedRegex("^  (dispatch-[a-z]):$", RegexOptions.Multiline)]
    private static partial Regex Hosts();
}
