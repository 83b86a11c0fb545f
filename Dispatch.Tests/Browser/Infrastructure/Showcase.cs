using System.Net;
using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Tests.Browser.Infrastructure;

/// <summary>A page to look at.</summary>
/// <param name="Ready">A selector that is there once the page shows what it is about.</param>
/// <param name="Press">A button to press first, to show what it opens.</param>
/// <param name="Connection">What the page is told of its connection first.</param>
/// <param name="IsThirdParty">Scalar's page: looked at, not judged by axe.</param>
public sealed record ShownPage(
    string Name,
    string Path,
    string? Ready = null,
    string? Press = null,
    string? Connection = null,
    bool IsThirdParty = false);

/// <summary>A host with accounts whose pages have something to show: every status, a day of deliveries, an inbox with requests.</summary>
public sealed class Showcase : IAsyncDisposable
{
    private readonly SemaphoreSlim door = new(1);
    private readonly Dictionary<string, Guid> jobs = [];
    private TestHost? host;
    private Receiver? receiver;

    public string Url => host!.Url;

    public ApiUser Owner { get; private set; } = null!;

    public ApiUser Newcomer { get; private set; } = null!;

    public IReadOnlyList<ShownPage> AnonymousPages { get; } =
    [
        new("landing", "/"),
        new("register", "/register"),
        new("login", "/login"),
        new("docs", "/docs/using"),
        new("docs-api", "/docs/api", ".scalar-app", IsThirdParty: true),
        new("not-found", "/nothing/here"),
    ];

    public IReadOnlyList<ShownPage> Pages =>
    [
        new("overview", "/overview"),
        new("projects", "/projects"),
        new("project-keys", $"/projects/{Owner.ProjectId}"),
        new("project-key-dialog", $"/projects/{Owner.ProjectId}", Press: "Create key"),
        new("project-secret", $"/projects/{Owner.ProjectId}?tab=secret"),
        new("project-inbox", $"/projects/{Owner.ProjectId}?tab=inbox"),
        new("project-settings", $"/projects/{Owner.ProjectId}?tab=settings"),
        new("jobs", "/jobs", ".job-row"),
        new("schedule", "/jobs?schedule=1", "#schedule-form"),
        new("job-success", $"/jobs/{jobs["SUCCESS"]}"),
        new("job-failed", $"/jobs/{jobs["FAILED"]}"),
        new("job-scheduled", $"/jobs/{jobs["SCHEDULED"]}"),
        new("account", "/account"),
        new("job-not-found", $"/jobs/{Guid.Empty}"),
        new("operators-only", "/hangfire"),
        new("reconnecting", "/jobs", ".job-row", Connection: "reconnecting"),
    ];

    /// <summary>Once; later callers find it filled.</summary>
    public async Task FillAsync(CancellationToken cancellation)
    {
        await door.WaitAsync(cancellation);
        try
        {
            if (host is not null) return;
            receiver = await Receiver.StartAsync();
            receiver.Answer = (arrival, http) =>
            {
                if (arrival.Path.EndsWith("/fails", StringComparison.Ordinal)) http.Response.StatusCode = (int)HttpStatusCode.BadGateway;
                return http.Response.WriteAsync(
                    arrival.Path.EndsWith("/fails", StringComparison.Ordinal) ? """{"error":"upstream is away"}""" : """{"ok":true}""",
                    cancellation);
            };
            host = await TestHost.StartAsync(
                "--Dashboard:RenderMode=Server", "--Delivery:MaxAttempts=2", "--Delivery:RetryLadder=00:30:00");
            Newcomer = await ApiUser.SignUpAsync(host.Url, withProject: false);
            Owner = await ApiUser.SignUpAsync(host.Url, "Billing");
            await Owner.DataAsync(HttpMethod.Post, "projects", new { name = "Newsletter" });
            await ScheduleAsync();
            await AddDayAsync(cancellation);
        }
        finally
        {
            door.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Owner?.Dispose();
        Newcomer?.Dispose();
        if (host is not null) await host.DisposeAsync();
        if (receiver is not null) await receiver.DisposeAsync();
        door.Dispose();
    }

    private async Task ScheduleAsync()
    {
        var inbox = (await Owner.DataAsync(HttpMethod.Get, $"projects/{Owner.ProjectId}/inbox")).GetProperty("url").GetString()!;
        var soon = DateTimeOffset.UtcNow.AddSeconds(2);
        var payload = """{"userId": "usr_812", "plan": "pro", "seats": 12}""";
        (string Title, string Url)[] deliveries =
        [
            ("Trial expiry reminder", inbox),
            ("Invoice 2026-118", receiver!.Url + "/hooks/invoices"),
            ("Renewal notice", receiver.Url + "/hooks/renewals"),
            ("Usage report", inbox),
        ];
        foreach (var (title, url) in deliveries)
        {
            jobs["SUCCESS"] = await Owner.ScheduleAsync(url, soon, payload, title);
        }

        jobs["FAILED"] = await Owner.ScheduleAsync(receiver.Url + "/fails", soon, payload, "Sync to the ledger");
        for (var i = 1; i <= 9; i++)
            jobs["SCHEDULED"] = await Owner.ScheduleAsync(
                "https://app.example.com/hooks/trial",
                DateTimeOffset.UtcNow.AddMinutes(i * i * 0.7),
                payload,
                $"Trial expiry reminder, day {i}");
        var cancelled = await Owner.ScheduleAsync(
            "https://app.example.com/hooks/trial", DateTimeOffset.UtcNow.AddHours(5), payload, "Win-back offer");
        await Owner.CancelAsync(cancelled);
        await Owner.JobWhenAsync(jobs["SUCCESS"], "SUCCESS");
        await Owner.JobWhenAsync(jobs["FAILED"], "FAILED");
    }

    // Written as the engine would have over the day; the figures of the last minutes are its own.
    private async Task AddDayAsync(CancellationToken cancellation)
    {
        await using var db = await host!.Service<IDbContextFactory<DispatchDbContext>>().CreateDbContextAsync(cancellation);
        var hour = HourlyTotals.HourOf(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        for (var back = 1; back < 24; back++)
        {
            var (succeeded, failed) = (40 + (int)(35 * Math.Sin(back / 3.5)), back % 5 == 0 ? 6 : back % 3);
            db.HourlyStats.Add(new HourlyStats
            {
                ProjectId = Guid.Parse(Owner.ProjectId),
                Hour = hour - (back * HourlyStats.Length),
                HostId = Guid.Empty,
                Succeeded = succeeded,
                Failed = failed,
                Late1 = succeeded,
                Late3 = failed,
            });
        }

        await db.SaveChangesAsync(cancellation);
    }
}
