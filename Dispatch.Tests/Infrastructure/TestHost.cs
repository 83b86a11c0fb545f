using Dispatch.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Infrastructure;

/// <summary>The whole host, as Program runs it, inside the test's process on a port and a SQLite file of its own.</summary>
public sealed class TestHost : IAsyncDisposable
{
    private readonly TemporaryFolder? ownFolder;

    private TestHost(WebApplication app, TemporaryFolder? ownFolder)
    {
        App = app;
        this.ownFolder = ownFolder;
    }

    public WebApplication App { get; }

    public string Url => App.Urls.First();

    /// <summary>Starts a host in Development, so that a receiver on the loopback is allowed, with limits on sign-ups lifted.</summary>
    public static async Task<TestHost> StartAsync(params string[] settings)
    {
        var folder = new TemporaryFolder();
        return await StartAsync(folder.Path, folder, null, settings);
    }

    /// <summary>Starts a host with other services, such as storage that hosts share.</summary>
    internal static async Task<TestHost> StartWithAsync(Action<IServiceCollection> configure, params string[] settings)
    {
        var folder = new TemporaryFolder();
        return await StartAsync(folder.Path, folder, configure, settings);
    }

    /// <summary>Starts a host on a folder that outlives it.</summary>
    public static Task<TestHost> StartOnAsync(string folder, params string[] settings) => StartAsync(folder, null, null, settings);

    public T Service<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        ownFolder?.Dispose();
    }

    private static async Task<TestHost> StartAsync(string folder, TemporaryFolder? ownFolder, Action<IServiceCollection>? configure, string[] settings)
    {
        var app = await DispatchHost.CreateAsync(
        [
            $"--contentRoot={folder}", "--urls=http://127.0.0.1:0", "--environment=Development", .. settings,
        ], services =>
        {
            TestLogs.Use(services);
            configure?.Invoke(services);
        });
        await app.StartAsync();
        return new TestHost(app, ownFolder);
    }
}
