using Dispatch.Settings;
using Dispatch.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Infrastructure;

/// <summary>The whole host, as Program runs it, inside the test's process on a port and a database of its own.</summary>
public sealed class TestHost : IAsyncDisposable
{
    private TemporaryFolder? ownFolder;
    private DatabaseOptions? ownDatabase;

    private TestHost(WebApplication app) => App = app;

    public WebApplication App { get; }

    public string Url => App.Urls.First();

    /// <summary>Starts a host on a SQLite file, in Development, so that a receiver on the loopback is allowed.</summary>
    public static Task<TestHost> StartAsync(params string[] settings) => StartAsync(DatabaseProvider.Sqlite, settings);

    /// <summary>The same on any database. Skips the test where there is no server for it.</summary>
    public static async Task<TestHost> StartAsync(DatabaseProvider provider, params string[] settings)
    {
        var folder = new TemporaryFolder();
        var database = await DatabaseServers.CreateAsync(provider, folder.Path);
        var host = await StartOnAsync(folder.Path, [.. DatabaseServers.AsSettings(database), .. settings]);
        (host.ownFolder, host.ownDatabase) = (folder, database);
        return host;
    }

    /// <summary>Starts a host with other services, such as storage that hosts share, on a database that the settings name.</summary>
    internal static async Task<TestHost> StartWithAsync(Action<IServiceCollection> configure, params string[] settings)
    {
        var folder = new TemporaryFolder();
        var host = await StartOnAsync(folder.Path, configure, settings);
        host.ownFolder = folder;
        return host;
    }

    /// <summary>Starts a host on a folder, and with settings a database, that outlive it.</summary>
    public static Task<TestHost> StartOnAsync(string folder, params string[] settings) => StartOnAsync(folder, _ => { }, settings);

    private static async Task<TestHost> StartOnAsync(string folder, Action<IServiceCollection> configure, string[] settings)
    {
        var app = await DispatchHost.CreateAsync(
        [
            $"--contentRoot={folder}", "--urls=http://127.0.0.1:0", "--environment=Development", .. settings
        ], services =>
        {
            TestLogs.Use(services);
            configure(services);
        });
        await app.StartAsync();
        return new TestHost(app);
    }

    public T Service<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        if (ownDatabase is not null) await DatabaseServers.DropAsync(ownDatabase);
        ownFolder?.Dispose();
    }
}
