using Dispatch.Data;
using Dispatch.Jobs;
using Dispatch.Web.Accounts;
using Dispatch.Web.Api;
using Dispatch.Web.Components;
using Hangfire;
using Hangfire.InMemory;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dispatch.Tests.Infrastructure;

/// <summary>The web host on a real socket, port of the system's choice, with a database file of its own.</summary>
public sealed class TestWebHost : IAsyncLifetime
{
    /// <summary>The host name that the target check of these tests denies.</summary>
    public const string DeniedHost = "denied.example.com";

    private readonly string folder = Directory.CreateTempSubdirectory("dispatch-test-").FullName;
    private WebApplication? app;

    public IServiceProvider Services => app!.Services;

    public Uri Address => new(app!.Urls.Single());

    internal DispatchOptions Options { get; } = new();

    internal RateLimitOptions Limits { get; } = new() { PerAccount = 100_000, PerAddress = 100_000, PasswordQueue = 1_000 };

    /// <summary>A caller without a cookie jar: what it sends is what the test says.</summary>
    internal ApiClient Anonymous => new(Address);

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "Dispatch.Web", ContentRootPath = folder });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        Compose(builder.Services);

        app = builder.Build();
        await using (var db = await NewContextAsync()) await db.Database.EnsureCreatedAsync();
        app.UseEnvelopeErrors();
        app.UseDispatchPages();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapDispatchApi();
        app.MapDispatchPages();
        foreach (var path in (string[])["/api/v1/test/fault", "/test/fault"]) app.MapGet(path, (string kind) => Throw(kind)).ExcludeFromDescription();
        await app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null) await app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    internal Task<DispatchDbContext> NewContextAsync() => Services.GetRequiredService<IDbContextFactory<DispatchDbContext>>().CreateDbContextAsync();

    /// <summary>Registers someone new and signs them in.</summary>
    internal async Task<ApiClient> RegisterAsync(string? email = null)
    {
        var answer = await Anonymous.PostAsync("auth/register", new { email = email ?? $"{Guid.NewGuid():N}@example.com", password = ApiClient.Password });
        Assert.Equal(201, answer.Status);
        return new ApiClient(Address) { Token = answer.Data.GetProperty("token").GetString(), Email = answer.Data.GetProperty("user").GetProperty("email").GetString() };
    }

    private void Compose(IServiceCollection services)
    {
        var database = new DatabaseOptions { ConnectionString = "Data Source=test.db" };
        services.AddSingleton(TimeProvider.System).AddSingleton(Options).AddSingleton(new DeliveryOptions()).AddSingleton(database).AddSingleton(Limits);
        services.AddDispatchDatabase(database, folder);
        services.AddDataProtection().PersistKeysToDbContext<DispatchDbContext>();
        services.AddSingleton<JobDesk>().AddSingleton(new TargetCheck(url => url.Host == DeniedHost ? "denied" : null)).AddSingleton<JobStorage>(_ => new InMemoryStorage());
        services.AddDispatchAccounts().AddDispatchApi().AddDispatchPages();
    }

    private static string Throw(string kind) => kind switch
    {
        "storage" => throw new StoreUnavailableException("locked", new InvalidOperationException()),
        _ => throw new InvalidOperationException("a secret detail"),
    };
}
