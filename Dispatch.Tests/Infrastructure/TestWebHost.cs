using Dispatch.Alarms;
using Dispatch.Alarms.HangfireAdapter;
using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Web;
using Dispatch.Web.Api;
using Dispatch.Web.Inboxes;
using Dispatch.Writing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Infrastructure;

/// <summary>
/// The web host on a real socket, port of the system's choice, with a database of its own. Where there is no
/// server for it, every test that uses the host is skipped.
/// </summary>
public class TestWebHost : IAsyncLifetime
{
    /// <summary>The host name that the target check of these tests denies.</summary>
    public const string DeniedHost = "denied.example.com";

    private readonly TemporaryFolder folder = new();
    private DatabaseOptions? database;
    private WebApplication? app;

    public IServiceProvider Services => App.Services;

    public Uri Address => new(App.Urls.Single());

    internal DatabaseProvider Provider { get; init; } = DatabaseProvider.Sqlite;

    /// <summary>More of the command line, such as <c>--environment=Development</c>.</summary>
    internal string[] Settings { get; init; } = [];

    internal DispatchOptions Options { get; } = new();

    internal RateLimitOptions Limits { get; } = new() { PerAccount = 100_000, PerAddress = 100_000, PasswordQueue = 1_000 };

    /// <summary>A caller without a cookie jar: what it sends is what the test says.</summary>
    internal ApiClient Anonymous => new(Address);

    // A fixture that skips fails its tests: they skip themselves as soon as they look for the host.
    private WebApplication App
    {
        get
        {
            DatabaseServers.SkipWhereMissing(Provider);
            return app!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (DatabaseServers.WhyMissing(Provider) is not null) return;
        database = await DatabaseServers.CreateAsync(Provider, folder.Path);
        app = await DispatchHost.CreateAsync(
        [
            "--contentRoot", folder.Path, "--urls", "http://127.0.0.1:0", "--environment=Production", "--ReloadStaticAssetsAtRuntime=false",
            .. DatabaseServers.AsSettings(database), .. Settings,
        ], Replace);
        foreach (var path in (string[])["/api/v1/test/fault", "/test/fault"])
            app.MapGet(path, (string kind) => Throw(kind)).ExcludeFromDescription();
        await app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        if (database is not null) await DatabaseServers.DropAsync(database);
        folder.Dispose();
    }

    internal Task<DispatchDbContext> NewContextAsync() =>
        Services.GetRequiredService<IDbContextFactory<DispatchDbContext>>().CreateDbContextAsync();

    /// <summary>Registers someone new and signs them in.</summary>
    internal async Task<ApiClient> RegisterAsync(string? email = null)
    {
        var answer = await Anonymous.PostAsync(
            "auth/register", new { email = email ?? $"{Guid.NewGuid():N}@example.com", password = ApiClient.Password });
        Assert.Equal(201, answer.Status);
        return new ApiClient(Address)
        {
            Token = answer.Data.GetProperty("token").GetString(),
            Email = answer.Data.GetProperty("user").GetProperty("email").GetString()
        };
    }

    private void Replace(IServiceCollection services)
    {
        services
            .AddSingleton(Options)
            .AddSingleton(Limits)
            .AddSingleton(new InboxLimits(second: TimeSpan.FromDays(1)))
            .AddSingleton(new TargetCheck(url => url.Host == DeniedHost ? "denied" : null));
        TestLogs.Use(services);
        // Nothing is delivered here: seeded jobs stay as they were put, and no test speaks to example.com.
        foreach (var service in services
                .Where(s => s.ImplementationType == typeof(Sweeper) || s.ImplementationType == typeof(DeliveryServer))
                .ToArray())
            services.Remove(service);
    }

    private static string Throw(string kind) => kind switch
    {
        "storage" => throw new StoreUnavailableException("locked", new InvalidOperationException()),
        _ => throw new InvalidOperationException("a secret detail"),
    };
}

/// <summary>The same on PostgreSQL.</summary>
public sealed class PostgresWebHost : TestWebHost
{
    public PostgresWebHost() => Provider = DatabaseProvider.Postgres;
}

/// <summary>The same on SQL Server.</summary>
public sealed class SqlServerWebHost : TestWebHost
{
    public SqlServerWebHost() => Provider = DatabaseProvider.SqlServer;
}
