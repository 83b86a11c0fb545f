using Dispatch.Data;
using Dispatch.Hosting;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Dispatch.Web.Accounts;
using Dispatch.Web.Api;
using Dispatch.Web.Inboxes;
using Dispatch.Writing;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Data.Hot;

/// <summary>A host's services on a <see cref="FakeDatabase"/>; of what runs by itself, only the writer of jobs.</summary>
internal sealed class FakeHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeHost(FakeDatabase database, WebApplication app) => (Database, this.app) = (database, app);

    public FakeDatabase Database { get; }

    public long Now => Service<TimeProvider>().NowMs();

    public Guid Account { get; } = Guid.CreateVersion7();

    public Guid Project { get; } = Guid.CreateVersion7();

    /// <summary>What a batch of three is about.</summary>
    public Guid[] Ids { get; } = [Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7()];

    public static async Task<FakeHost> StartAsync(DatabaseProvider provider)
    {
        var database = new FakeDatabase(provider);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        var configuration = new ConfigurationBuilder().AddCommandLine(DatabaseServers.AsSettings(Options(provider))).Build();
        builder.Services
            .AddDispatchCore(DispatchSettings.Read(configuration), builder.Environment)
            .AddDispatchAccounts()
            .AddDispatchApi()
            .AddDispatchInboxes();
        builder.Services
            .ConfigureDbContext<SqlServerDispatchDbContext>(options => options.AddInterceptors(database))
            .ConfigureDbContext<PostgresDispatchDbContext>(options => options.AddInterceptors(database));
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60)));
        TestLogs.Use(builder.Services);
        var host = new FakeHost(database, builder.Build());
        await host.Service<WriteQueue>().StartAsync(CancellationToken.None);
        return host;
    }

    public T Service<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>Says once that this host lives, and looks who else does.</summary>
    public async Task BeatAsync()
    {
        using var lease = ActivatorUtilities.CreateInstance<HostLease>(app.Services);
        await lease.StartAsync(CancellationToken.None);
        Database.Ignore();
    }

    public async ValueTask DisposeAsync()
    {
        await Service<WriteQueue>().StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }

    private static DatabaseOptions Options(DatabaseProvider provider) => new()
    {
        Provider = provider,
        ConnectionString = provider == DatabaseProvider.Postgres ? "Host=none;Database=none" : "Server=none;Database=none",
    };
}
