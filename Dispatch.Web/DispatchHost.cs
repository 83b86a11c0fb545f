using System.Globalization;
using System.Text;
using Dispatch.Data;
using Dispatch.Hosting;
using Dispatch.Settings;
using Dispatch.Time;
using Dispatch.Web.Accounts;
using Dispatch.Web.Api;
using Dispatch.Web.Components;
using Dispatch.Web.Docs;
using Dispatch.Web.Inboxes;
using Dispatch.Web.Operators;
using Hangfire;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.HttpOverrides;

namespace Dispatch.Web;

/// <summary>Puts the host together. Tests start the same one on a port of their own.</summary>
internal static class DispatchHost
{
    private const string DefaultAddress = "http://localhost:5080";

    /// <summary>
    /// Settings are read at the start and stay. .NET would watch the whole content root for changes, where SQLite's file is written to all the time:
    /// a fifth of what POST /jobs could take (19,100 a second without it, 15,800 with it, <c>bench/run.sh accept</c>).
    /// </summary>
    private const string KeepsSettings = "--hostBuilder:reloadConfigOnChange=false";

    /// <summary>A host whose database is open and up to date, ready to run.</summary>
    /// <param name="configure">Replaces services; for tests.</param>
    /// <exception cref="StartupException">A setting is wrong or the database cannot be opened; the message is for the operator.</exception>
    public static async Task<WebApplication> CreateAsync(string[] args, Action<IServiceCollection>? configure = null)
    {
        // Whatever the machine speaks: logs, messages and parsing are the same everywhere. Not InvariantGlobalization, for SQL Server's driver refuses that.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = [KeepsSettings, .. args],
            ContentRootPath = ContentRootFor(args),
            ApplicationName = typeof(DispatchHost).Assembly.GetName().Name,        // also where a test is what was started: static files are listed under it
            WebRootPath = Path.Combine(AppContext.BaseDirectory, "wwwroot"),   // of a published host; the content root may be elsewhere
        });
        builder.WebHost.UseStaticWebAssets();   // of a host that was only built, whose files are still in the source tree
        var settings = DispatchSettings.Read(builder.Configuration);
        ConfigureServer(builder, settings);

        builder.Services
            .AddDispatchCore(settings, builder.Environment)
            .AddSingleton<PublicAddress>()
            .AddDispatchAccounts()
            .AddDispatchApi()
            .AddDispatchInboxes()
            .AddDispatchPages()
            .AddDispatchDocs();
        configure?.Invoke(builder.Services);

        var app = builder.Build();
        await app.Services.GetRequiredService<DatabaseSetup>().OpenAsync();
        app.Services.GetRequiredService<JobStorage>();   // on SQL Server it makes its tables: in the database that is there now, and to fail here

        app.UseEnvelopeErrors();   // inside the framework's page for developers as well, which would show the stack
        if (settings.Dispatch.KnownProxies.Count > 0) app.UseForwardedHeaders();   // with no proxy named, the middleware would believe anyone
        if (!app.Environment.IsDevelopment()) app.UseHsts();
        app.UseDispatchInboxes();
        app.UseDispatchPages();
        app.UseSameOriginForConnections();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
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
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;   // any byte is readable: a garbled key is answered 401 in the envelope, not 400 without one
        });
        if (!builder.Environment.IsDevelopment()) builder.Logging.AddJsonConsole(json => json.UseUtcTimestamp = true);

        // Requests that are still arriving have as long as what is on the wire; both are waited for at the same time.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timing.Drain);
        // Before the framework's own filters, so that the answer to a wrong Host header is an envelope too; it must come without a body for that.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, EnvelopeStartupFilter>());
        builder.Services.Configure<HostFilteringOptions>(hosts => hosts.IncludeFailureMessage = false);
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;   // a forwarded Host would get past AllowedHosts
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in settings.Dispatch.KnownProxies) forwarded.KnownIPNetworks.Add(network);
        });
    }

    private static bool HasAddress(ConfigurationManager configuration) =>
        configuration["urls"] is not null || configuration["http_ports"] is not null || configuration["https_ports"] is not null
        || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();

    /// <summary>`dotnet run` starts at the top of the repository; a published host finds its settings beside its own files, wherever it is started from.</summary>
    internal static string ContentRootFor(string[] args)
    {
        var chosen = new ConfigurationBuilder().AddCommandLine(args).Build()["contentRoot"];
        if (chosen is not null) return chosen;
        var current = Directory.GetCurrentDirectory();
        return File.Exists(Path.Combine(current, "appsettings.json")) ? current : AppContext.BaseDirectory;
    }
}
