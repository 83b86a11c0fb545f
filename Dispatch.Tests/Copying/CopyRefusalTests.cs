using Dispatch.Counters;
using Dispatch.Data.Copying;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dispatch.Tests.Copying;

/// <summary>What the command refuses, and that it says so in a sentence without a stack.</summary>
public sealed class CopyRefusalTests : IAsyncLifetime
{
    private CopyTestDatabase source = null!;
    private CopyTestDatabase target = null!;

    public async ValueTask InitializeAsync()
    {
        source = await CopyTestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        target = await CopyTestDatabase.CreateAsync(DatabaseProvider.Postgres);
        await source.FillAsync(3);
    }

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await target.DisposeAsync();
    }

    [Fact]
    public async Task A_target_that_holds_rows()
    {
        await target.FillAsync(1);
        await RefusedAsync("is not empty: Projects has 1 row", source.Text, target.Text);
        Assert.Equal(1, await target.UseAsync(db => db.Jobs.CountAsync()));
    }

    [Fact]
    public async Task A_source_with_a_running_host()
    {
        await using var host = await TestHost.StartOnAsync(source.Folder, DatabaseServers.AsSettings(source.Options));
        await RefusedAsync("another Dispatch host is using", source.Text, target.Text);
    }

    [Fact]
    public async Task A_source_on_a_server_with_a_running_host()
    {
        await using var host = await TestHost.StartAsync(DatabaseServers.AsSettings(target.Options));
        await RefusedAsync("is running on the PostgreSQL database", target.Text, $"Sqlite:Data Source={source.Folder}/other.db");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_with_a_host_that_was_seen_just_now(bool isSource)
    {
        await target.UseAsync(async db =>
        {
            db.Hosts.Add(new Host
            {
                Id = Guid.CreateVersion7(),
                Name = "machine:17",
                StartedAt = 1,
                LastSeenAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            });
            await db.SaveChangesAsync();
        });
        await (isSource
            ? RefusedAsync("the host machine:17 is running", target.Text, $"Sqlite:Data Source={source.Folder}/other.db")
            : RefusedAsync("the host machine:17 is running", source.Text, target.Text));
    }

    [Fact]
    public async Task No_target_for_a_host_that_is_gone_or_has_only_left_its_keys()
    {
        await target.UseAsync(async db =>
        {
            db.Hosts.Add(new Host
            {
                Id = Guid.CreateVersion7(),
                Name = "machine:17",
                StartedAt = 1,
                LastSeenAt = DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds(),
            });
            db.DataProtectionKeys.Add(new DataProtectionKey { FriendlyName = "of nobody", Xml = "<key/>" });
            await db.SaveChangesAsync();
        });

        var moved = await DataCopier.CopyAsync(
            source.As("--from"), target.As("--to"), "/", new MoveWatch(), TestContext.Current.CancellationToken);

        Assert.True(moved.CountsMatch);
        Assert.Equal(0, await target.UseAsync(db => db.DataProtectionKeys.CountAsync()));
    }

    [Fact]
    public Task The_same_database_twice() => RefusedAsync(
        "name the same database",
        source.Text,
        $"sqlite: Data Source={source.Folder}/../{Path.GetFileName(source.Folder)}/dispatch.db");

    [Fact]
    public async Task A_source_that_is_not_there()
    {
        await RefusedAsync("there is no file", $"Sqlite:Data Source={source.Folder}/none.db", target.Text);
        Assert.False(File.Exists($"{source.Folder}/none.db"));
        await RefusedAsync("holds no data of Dispatch", With(target, "none"), $"Sqlite:Data Source={source.Folder}/other.db");
    }

    [Fact]
    public Task A_server_that_does_not_answer() => RefusedAsync(
        "Failed to connect",
        source.Text,
        "Postgres:Host=127.0.0.1;Port=1;Database=d;Username=u;Password=opensesame");

    [Fact]
    public async Task A_target_that_is_missing_is_made()
    {
        var missing = With(target, $"test_{Guid.NewGuid():N}");
        var (exitCode, output) = await CommandProcess.RunAsync(source.Folder, "migrate-data", $"--from={source.Text}", $"--to={missing}");
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Without_from_the_database_of_the_settings_is_moved()
    {
        const string settings = """{"Database":{"Provider":"Sqlite","ConnectionString":"Data Source=dispatch.db"}}""";
        await File.WriteAllTextAsync(Path.Combine(source.Folder, "appsettings.json"), settings, TestContext.Current.CancellationToken);
        var (exitCode, output) = await CommandProcess.RunAsync(source.Folder, "migrate-data", "--to", target.Text);
        Assert.True(exitCode == 0, output);
        Assert.Equal(3, await target.UseAsync(db => db.Jobs.CountAsync()));
    }

    [Theory]
    [InlineData("--to is missing")]
    [InlineData("--to needs a database", "--to")]
    [InlineData("must begin with the provider and a colon: Sqlite:, Postgres:, SqlServer:", "--to", "Host=db;Database=d")]
    [InlineData("must begin with the provider and a colon: Sqlite:, Postgres:, SqlServer:", "--to", "Oracle:Host=db")]
    [InlineData("has no Database", "--to", "Postgres:Host=db;Password=opensesame")]
    [InlineData("a value with a semicolon lacks its quotation marks", "--to", "Postgres:Host=db;Password=a;opensesame;Database=d")]
    [InlineData("is there twice", "--to", "Sqlite:Data Source=a", "--to=Sqlite:Data Source=b")]
    [InlineData("is not an option of migrate-data; it has --from, --to and --help", "--too", "Sqlite:Data Source=a")]
    [InlineData("is not an option of migrate-data; it has --from, --to and --help", "--to", "Sqlite:Data Source=a", "opensesame")]
    public async Task What_cannot_be_understood(string expected, params string[] arguments)
    {
        var (exitCode, output) = await CommandProcess.RunAsync(source.Folder, ["migrate-data", .. arguments]);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Contains("--help", output, StringComparison.Ordinal);
        Assert.DoesNotContain("opensesame", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.Equal(2, exitCode);
    }

    private static string With(CopyTestDatabase database, string name) =>
        $"Postgres:{new NpgsqlConnectionStringBuilder(database.Options.ConnectionString) { Database = name, Pooling = false }}";

    private async Task RefusedAsync(string expected, string from, string to)
    {
        var refused = await CommandProcess.RunAsync(source.Folder, "migrate-data", "--from", from, "--to", to);
        Assert.Contains(expected, refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("opensesame", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
        Assert.Equal(1, refused.ExitCode);
    }
}
