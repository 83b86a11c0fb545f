using Dispatch.Data;
using Dispatch.Settings;

namespace Dispatch.Tests.Infrastructure;

/// <summary>Two whole hosts on one database, which know nothing of each other but what is in it, or in a Redis.</summary>
public sealed class HostPair : IAsyncDisposable
{
    private readonly TemporaryFolder folder;

    private HostPair(TemporaryFolder folder, DatabaseOptions database, TestHost a, TestHost b) =>
        (this.folder, Database, A, B) = (folder, database, a, b);

    /// <summary>Every database that serves several hosts, those that this machine lacks as visible skips.</summary>
    public static TheoryData<DatabaseProvider> Providers => [.. DatabaseServers.Providers.Where(row => !row.Data.ServesOneHost())];

    public TestHost A { get; }

    public TestHost B { get; }

    internal DatabaseOptions Database { get; }

    /// <summary>Skips the test where there is no server for the database.</summary>
    public static async Task<HostPair> StartAsync(DatabaseProvider provider, params string[] settings)
    {
        var folder = new TemporaryFolder();
        var database = await DatabaseServers.CreateAsync(provider, folder.Path);
        string[] all = [.. DatabaseServers.AsSettings(database), .. settings];
        return new HostPair(folder, database, await TestHost.StartAsync(all), await TestHost.StartAsync(all));
    }

    public async ValueTask DisposeAsync()
    {
        await A.DisposeAsync();
        await B.DisposeAsync();
        await DatabaseServers.DropAsync(Database);
        folder.Dispose();
    }
}
