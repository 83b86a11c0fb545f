using System.Net;
using System.Text;
using System.Text.Json;
using Dispatch.Hosting;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.Extensions.Configuration;

namespace Dispatch.Tests.Hosting;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("Delivery:Timeout", "soon", "Delivery:Timeout is 'soon'; a duration such as 00:00:30 is wanted.")]
    [InlineData("Delivery:Timeout", "30", "Delivery:Timeout is '30'; a duration such as 00:00:30 is wanted.")]
    [InlineData("Delivery:Timeout", "00:02:01", "Delivery:Timeout is 00:02:01; allowed: 00:00:01 to 00:02:00.")]
    [InlineData("Delivery:Timeout", "-00:00:05", "Delivery:Timeout is -00:00:05; allowed: 00:00:01 to 00:02:00.")]
    [InlineData("Delivery:MaxAttempts", "three", "Delivery:MaxAttempts is 'three'; a whole number is wanted.")]
    [InlineData("Delivery:MaxAttempts", "0", "Delivery:MaxAttempts is 0; allowed: 1 to 20.")]
    [InlineData("Delivery:MaxPayloadBytes", "1023", "Delivery:MaxPayloadBytes is 1023; allowed: 1024 to 16777216.")]
    [InlineData("Delivery:MaxConcurrency", "100001", "Delivery:MaxConcurrency is 100001; allowed: 1 to 100000.")]
    [InlineData(
        "Delivery:RetryLadder", "00:00:30, 2.00:00:00",
        "Delivery:RetryLadder has 1 to 20 delays, each 00:00:00.001 to 1.00:00:00, such as \"00:00:30, 00:01:00, 00:05:00\".")]
    [InlineData(
        "Delivery:AllowedNetworks", "10.0.0.0/8, 10.0.0.300/8",
        "Delivery:AllowedNetworks is '10.0.0.300/8'; a network such as 10.1.0.0/16 is wanted.")]
    [InlineData("Delivery:Timeout:Total", "00:00:05", "Delivery:Timeout is a group of settings, but one value is wanted.")]
    [InlineData(
        "Delivery:Retries", "3",
        "Delivery:Retries is not a setting; Delivery has Timeout, MaxAttempts, RetryLadder, MaxPayloadBytes, AllowedNetworks, "
        + "MaxConcurrency, MaxPerAccount, MaxPerDestination, MaxPerProject, MaxBytesInFlight.")]
    [InlineData("Dispatch:Registration", "Invite", "Dispatch:Registration is 'Invite'; allowed: Open, Closed.")]
    [InlineData("Dispatch:Registration", "1", "Dispatch:Registration is '1'; allowed: Open, Closed.")]
    [InlineData("Dispatch:Registration", "Open, Closed", "Dispatch:Registration is 'Open, Closed'; allowed: Open, Closed.")]
    [InlineData(
        "Dispatch:PublicUrl", "dispatch.example.com",
        "Dispatch:PublicUrl is 'dispatch.example.com'; an absolute http or https URL is wanted.")]
    [InlineData("Dispatch:KnownProxies", "10.0.0.1", "Dispatch:KnownProxies is '10.0.0.1'; a network such as 10.1.0.0/16 is wanted.")]
    [InlineData("Database:Provider", "MySql", "Database:Provider is 'MySql'; allowed: Sqlite, Postgres, SqlServer.")]
    [InlineData(
        "Database:ConnectionString", "Cache=Shared",
        "Database:ConnectionString has no file as its Data Source; such as Data Source=data/dispatch.db is wanted.")]
    [InlineData("Dispatch:Operators", "ada@example.com, bob", "Dispatch:Operators has 'bob'; e-mail addresses are wanted.")]
    [InlineData("RateLimits:PasswordQueue", "1001", "RateLimits:PasswordQueue is 1001; allowed: 0 to 1000.")]
    public void A_wrong_setting_is_named_with_what_is_allowed(string key, string value, string expected)
    {
        var wrong = Assert.Throws<StartupException>(() => Read((key, value)));
        Assert.Equal($"Dispatch cannot start, 1 wrong:{Environment.NewLine}  {expected}", wrong.Message);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Data Source=a\0b")]
    [InlineData("Data Source=a.db;Colour=blue")]
    public void A_connection_string_that_cannot_be_read_is_named_rather_than_thrown(string connectionString) =>
        Assert.Contains(
            "Database:ConnectionString cannot be read",
            Assert.Throws<StartupException>(() => Read(("Database:ConnectionString", connectionString))).Message);

    [Theory]
    [InlineData(
        "redis.example.com:6379,abortConnect=perhaps",
        "Redis:Configuration cannot be read "
        + "(Keyword 'abortConnect' requires a boolean value; the value 'perhaps' is not recognised. (Parameter 'abortConnect')); "
        + "such as redis.example.com:6379,password=… is wanted.")]
    [InlineData(
        "redis.example.com:6379,colour=blue",
        "Redis:Configuration cannot be read (Keyword 'colour' is not supported. (Parameter 'colour')); "
        + "such as redis.example.com:6379,password=… is wanted.")]
    [InlineData("password=secret", "Redis:Configuration has no address; such as redis.example.com:6379,password=… is wanted.")]
    public void A_Redis_configuration_that_cannot_be_read_is_named(string configuration, string expected)
    {
        var wrong = Assert.Throws<StartupException>(() => Read(
            ("Redis:Configuration", configuration),
            ("Database:Provider", "Postgres"),
            ("Database:ConnectionString", "Host=db;Database=dispatch")));
        Assert.Equal($"Dispatch cannot start, 1 wrong:{Environment.NewLine}  {expected}", wrong.Message);
    }

    [Fact]
    public void Redis_is_for_several_hosts_and_SQLite_has_one()
    {
        var wrong = Assert.Throws<StartupException>(() => Read(("Redis:Configuration", "redis.example.com")));
        Assert.EndsWith(
            "Redis:Configuration is set; Redis joins several hosts, and Sqlite has one. Leave it empty.",
            wrong.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void All_wrong_settings_are_in_one_message()
    {
        var wrong = Assert.Throws<StartupException>(() => Read(
            ("Delivery:Timeout", "soon"), ("Delivery:fire_at", "1"), ("Delivery:MaxAttempts", "99"),
            ("Dispatch:Registration", "Maybe"), ("Delivery:AllowedNetworks:0", "here")));

        var lines = wrong.Message.Split(Environment.NewLine);
        Assert.Equal("Dispatch cannot start, 5 wrong:", lines[0]);
        Assert.Equal(
            ["Delivery:AllowedNetworks", "Delivery:MaxAttempts", "Delivery:Timeout", "Delivery:fire_at", "Dispatch:Registration"],
            lines[1..].Select(line => line.TrimStart().Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_list_is_a_json_array_or_one_comma_separated_value()
    {
        IPNetwork[] expected = [IPNetwork.Parse("10.1.0.0/16"), IPNetwork.Parse("fd00::/8")];
        Assert.Equal(
            expected,
            Read(Json("""{ "Delivery": { "AllowedNetworks": ["10.1.0.0/16", "fd00::/8"] } }""")).Delivery.AllowedNetworks);
        Assert.Equal(expected, Read(("Delivery:AllowedNetworks", " 10.1.0.0/16 ,fd00::/8,")).Delivery.AllowedNetworks);
    }

    [Theory]
    [InlineData("""["00:00:01", "00:00:02", "00:00:03"]""", "Delivery__RetryLadder", "00:00:09")]
    [InlineData("\"00:00:01, 00:00:02\"", "Delivery__RetryLadder", "00:00:09")]
    [InlineData("\"00:00:01, 00:00:02\"", "Delivery__RetryLadder__0", "00:00:09")]
    [InlineData("""["00:00:01", "00:00:02", "00:00:03"]""", "Delivery__RetryLadder__0", "00:00:09")]
    public void An_environment_variable_replaces_the_whole_list_of_the_file(string inFile, string variable, string value)
    {
        var settings = Read(
            Json($$"""{ "Delivery": { "RetryLadder": {{inFile}} } }"""), builder => builder.Add(new Variable(variable, value)));
        Assert.Equal([TimeSpan.FromSeconds(9)], settings.Delivery.RetryLadder);
    }

    [Fact]
    public void An_empty_value_is_the_default()
    {
        var empty = Read(ListedProperties().Select(key => (key, "")).ToArray());
        var none = Read();

        Assert.Equal(JsonSerializer.Serialize(none, Plain), JsonSerializer.Serialize(empty, Plain));
        Assert.Equal(3, none.Delivery.RetryLadder.Count);
    }

    [Fact]
    public void Each_list_may_be_empty_in_json_and_is_the_default_then() =>
        Assert.Equal(
            3,
            Read(Json("""{ "Delivery": { "RetryLadder": [], "AllowedNetworks": [] }, "Dispatch": { "Operators": [] } }"""))
                .Delivery.RetryLadder.Count);

    [Fact]
    public void The_settings_file_shows_every_setting_with_its_default_and_nothing_unknown()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "appsettings.json"));
        var shown = JsonDocument.Parse(file).RootElement.EnumerateObject()
            .Where(section => section.Name is not ("Logging" or "AllowedHosts"))
            .SelectMany(section => section.Value.EnumerateObject().Select(setting => $"{section.Name}:{setting.Name}"));

        Assert.Equal(ListedProperties().Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
        var fromFile = DispatchSettings.Read(
            new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json")).Build());
        Assert.Equal(JsonSerializer.Serialize(Read(), Plain), JsonSerializer.Serialize(fromFile, Plain));
    }

    [Fact]
    public async Task A_host_with_wrong_settings_exits_with_1_and_prints_each()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string> { ["Delivery__Timeout"] = "soon" };
        await using var host = HostProcess.Launch(folder.Path, environment, "--Delivery:MaxAttempts=0");

        Assert.Equal(1, await host.WaitForExitAsync());

        Assert.Contains("Delivery:Timeout is 'soon'; a duration such as 00:00:30 is wanted.", host.Output);
        Assert.Contains("Delivery:MaxAttempts is 0; allowed: 1 to 20.", host.Output);
        Assert.DoesNotContain("   at ", host.Output);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "data")), "a host that cannot start has touched the disk");
    }

    private static JsonSerializerOptions Plain { get; } = new() { Converters = { new NetworkText() } };

    private static DispatchSettings Read(params (string Key, string Value)[] settings) => DispatchSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build());

    private static DispatchSettings Read(Stream json, Action<IConfigurationBuilder>? more = null)
    {
        var builder = new ConfigurationBuilder().AddJsonStream(json);
        more?.Invoke(builder);
        return DispatchSettings.Read(builder.Build());
    }

    private static MemoryStream Json(string text) => new(Encoding.UTF8.GetBytes(text));

    private static IEnumerable<string> ListedProperties() =>
        from section in typeof(DispatchSettings).GetProperties()
            .Where(p => p.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal))
        from setting in section.PropertyType.GetProperties()
        select $"{section.Name}:{setting.Name}";

    /// <summary>One environment variable as the framework's provider reads it, without touching the process's own.</summary>
    private sealed class Variable(string name, string value) : IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder)
        {
            var provider = new Provider();
            provider.Set(name.Replace("__", ":", StringComparison.Ordinal), value);
            return provider;
        }

        private sealed class Provider : ConfigurationProvider;
    }

    private sealed class NetworkText : System.Text.Json.Serialization.JsonConverter<IPNetwork>
    {
        public override IPNetwork Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, IPNetwork value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
