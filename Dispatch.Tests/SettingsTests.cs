using Dispatch.Data;
using Microsoft.Extensions.Configuration;

namespace Dispatch.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void Every_wrong_setting_is_named_at_once()
    {
        var wrong = Assert.Throws<StartupException>(() => Read(
            ("Database:ConnectionString", "foo"), ("Dispatch:Operators", "ada@example.com, bob"), ("Delivery:MaxAttempts", "0"), ("Delivery:Nope", "1")));
        Assert.All(["Database:ConnectionString", "Dispatch:Operators has 'bob'", "Delivery:MaxAttempts", "Delivery:Nope"], name => Assert.Contains(name, wrong.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Data Source=")]
    [InlineData("Host=localhost")]
    [InlineData("Data Source=a\0b")]
    public void A_connection_string_that_is_not_SQLites_is_named(string text) =>
        Assert.Contains("Database:ConnectionString", Assert.Throws<StartupException>(() => Read(("Database:ConnectionString", text))).Message, StringComparison.Ordinal);

    [Fact]
    public void No_setting_at_all_is_right() => Assert.Equal(DatabaseProvider.Sqlite, Read().Database.Provider);

    private static DispatchSettings Read(params (string Key, string Value)[] settings) => DispatchSettings.Read(
        (IConfigurationRoot)new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create<string, string?>(s.Key, s.Value))).Build());
}
