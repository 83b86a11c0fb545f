using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Hosting;

/// <summary>What a host says that is to run on SQL Server and cannot: a sentence that names the setting.</summary>
public sealed class SqlServerStartTests
{
    [Fact]
    public async Task Where_the_server_does_not_answer() =>
        Assert.StartsWith("Database:ConnectionString: the database cannot be opened: ", await StartAsync([]), StringComparison.Ordinal);

    [Fact]
    public async Task Where_there_are_no_cultures() =>
        Assert.Contains(
            "Database:Provider is SqlServer, whose driver needs ICU",
            await StartAsync(new() { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" }));

    private static async Task<string> StartAsync(Dictionary<string, string> environment)
    {
        using var folder = new TemporaryFolder();
        await using var host = HostProcess.Launch(
            folder.Path, environment, "--Database:Provider=SqlServer",
            "--Database:ConnectionString=Server=127.0.0.1,1;Database=d;User Id=u;Password=p;Connect Timeout=1");
        Assert.Equal(1, await host.WaitForExitAsync());
        Assert.DoesNotContain("   at ", host.Output);
        return host.Output;
    }
}
