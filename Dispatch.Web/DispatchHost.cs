using System.Globalization;
using System.Text;
using Dispatch.Alarms.HangfireAdapter;
using Dispatch.Data;
using Dispatch.Hosting;
using Dispatch.Settings;
using Dispatch.Time;
using Dispatch.Web.Accounts;
using Dispatch.Web.Api;
using Dispatch.Web.Components;
using Dispatch.Web.Connections;
using Dispatch.Web.Docs;
using Dispatch.Web.Inboxes;
using Dispatch.Web.Operators;
using Dispatch.Web.Prepared;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;

namespace Dispatch.Web;

/// <summary>Puts the host together. Tests start the same one on a port of their own.</summary>
internal static class DispatchHost
{
    private const string DefaultAddress = "http://localhost:5080";

    /// <summary>
    /// The host reads its settings at the start and keeps them. Otherwise .NET would watch the whole content root for changes, and SQLite
    /// writes to its file there all the time: that costs a fifth of the rate that POST /jobs can take (19,100 a second without it, 15,800
    /// with it, <c>bench/run.sh accept</c>).
    /// </summary>
    private const string KeepsSettings = "--hostBuilder:reloadConfigOnChange=false";

    /// <summary>A host whose database is open and up to date, ready to run.</summary>
    /// <param name="configure">Replaces services; for tests.</param>
    /// <exception cref="StartupException">A setting is wrong or the database cannot be opened; the message is for the operator.</exception>
    public static async Task<WebApplication> CreateAsync(string[] args, Action<IServiceCollection>? configure = null)
    {
        // Logs, messages and parsing are the same everywhere, whichever language the machine has. InvariantGlobalization stays off, because
        // SQL Server's driver refuses it.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture
            = CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = [KeepsSettings, .. args],
            ContentRootPath = ContentRootFor(args),
            // This assembly gives the name even if a test was started, because static files are listed under it.
            ApplicationName = typeof(DispatchHost).Assembly.GetName().Name,
            WebRootPath = Path.Combine(AppContext.BaseDirectory, "wwwroot"),   // of a published host; the content root may be elsewhere
        });
        builder.WebHost.UseStaticWebAssets();   // of a host that was only built, whose files are still in the source tree
        var settings = DispatchSettings.Read(builder.Configuration);
        ConfigureServer(builder, settings);

        builder.Services
            .AddDispatchCore(settings, builder.Environment)
            .AddSingleton<PublicAddress>()
            .AddDispatchConnections()
            .AddDispatchAccounts()
            .AddDispatchApi()
            .AddDispatchInboxes()
            .AddDispatchPages()
            .AddDispatchDocs();
        configure?.Invoke(builder.Services);

        var app = builder.Build();
        await app.Services.GetRequiredService<DatabaseSetup>().OpenAsync();
        // On SQL Server the storage makes its tables: the database is there now, and a failure ends the start here.
        app.Services.OpenHangfireStorage();

        app.UseRequestMarks();
        app.UseEnvelopeErrors();   // inside the framework's page for developers as well, which would show the stack
        // If no proxy is named, the middleware would believe anyone.
        if (settings.Dispatch.KnownProxies.Count > 0) app.UseForwardedHeaders();
        if (!app.Environment.IsDevelopment()) app.UseHsts();
        app.UseDispatchInboxes();
        app.UseDispatchPages();
        app.UseSameOriginForConnections();
        app.UseAuthentication();
        app.UsePreparedAnswersForStrangers();
        app.UseAuthorization();
        app.UseTurnsForStrangers();
        app.UseAntiforgery();
        app.UseReadTurns();
        app.MapDispatchApi();
        app.MapDispatchPages();
        app.MapDispatchDocs();
        app.MapDispatchOperators();
        return app;
    }

    private static void ConfigureServer(WebApplicationBuilder builder, DispatchSettings settings)
    {
        if (!HasAddress(builder.Configuration)) builder.WebHost.UseUrls(DefaultAddress);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.LimitConnections(settings.Limits);
            // Latin-1 can read any byte, so that a garbled key gets 401 in the envelope, not 400 without one.
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        });
        if (!builder.Environment.IsDevelopment()) builder.Logging.AddJsonConsole(json => json.UseUtcTimestamp = true);

        // Requests that are still arriving have as long as what is on the wire; both are waited for at the same time.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timing.Drain);
        // The filter stands before the framework's own, so that the answer to a wrong Host header is an envelope too. That answer must come
        // without a body.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, EnvelopeStartupFilter>());
        builder.Services.Configure<HostFilteringOptions>(hosts => hosts.IncludeFailureMessage = false);
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            // A forwarded Host would get past AllowedHosts, so it is not among them.
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in settings.Dispatch.KnownProxies) forwarded.KnownIPNetworks.Add(network);
        });
    }

    private static bool HasAddress(ConfigurationManager configuration) =>
        configuration["urls"] is not null || configuration["http_ports"] is not null || configuration["https_ports"] is not null
        || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();

    /// <summary>
    /// `dotnet run` starts at the top of the repository; a published host finds its settings beside its own files, from any directory.
    /// </summary>
    internal static string ContentRootFor(string[] args)
    {
        var chosen = new ConfigurationBuilder().AddCommandLine(args).Build()["contentRoot"];
        if (chosen is not null) return chosen;
        var current = Directory.GetCurrentDirectory();
        return File.Exists(Path.Combine(current, "appsettings.json")) ? current : AppContext.BaseDirectory;
    }
}
