using Dispatch.Model;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Api;

public abstract class JobsReadingTests(TestWebHost host)
{
    [Fact]
    public async Task A_job_is_shown_with_its_project_and_its_log_newest_first()
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync("Käse");
        var id = await Seed.JobAsync(host, project, JobStatus.Failed, payload: """{ "a":1.50,"a":2 }""", attempts: 3);

        var answer = await person.GetAsync($"jobs/{id}");
        Assert.Equal((200, "Job fetched successfully"), (answer.Status, answer.Message));
        Assert.Contains("""
            "payload":{ "a":1.50,"a":2 }
            """, answer.Text, StringComparison.Ordinal);
        Assert.Equal("Käse", answer.Data.GetProperty("project").GetProperty("name").GetString());
        Assert.Equal("2023-11-14T22:13:20.000Z", answer.Data.GetProperty("createdAt").GetString());
        Assert.Equal([3, 2, 1], answer.Data.GetProperty("logs").EnumerateArray().Select(log => log.GetProperty("attempt").GetInt32()));
        Assert.Equal(
            ["id", "attempt", "status", "responseCode", "responseBody", "error", "durationMs", "latenessMs", "firedAt"],
            answer.Data.GetProperty("logs")[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            [
                "id", "projectId", "title", "webhookUrl", "payload", "fireAt", "status", "retryCount", "nextAttemptAt",
                "createdAt", "updatedAt", "project", "logs",
            ],
            answer.Data.EnumerateObject().Select(p => p.Name));
    }

    [Theory]
    [InlineData(JobStatus.Scheduled, true)]
    [InlineData(JobStatus.Failed, true)]
    [InlineData(JobStatus.Firing, false)]
    [InlineData(JobStatus.Success, false)]
    [InlineData(JobStatus.Dead, false)]
    [InlineData(JobStatus.Cancelled, false)]
    public async Task The_next_attempt_is_shown_only_where_one_lies_ahead(JobStatus status, bool shown)
    {
        var person = await host.RegisterAsync();
        var id = await Seed.JobAsync(host, await person.CreateProjectAsync(), status);
        Assert.Equal(shown, (await person.GetAsync($"jobs/{id}")).Data.GetProperty("nextAttemptAt").GetString() is not null);
    }

    [Fact]
    public async Task A_list_is_newest_first_in_pages_and_without_payloads()
    {
        var person = await host.RegisterAsync();
        var projects = new[] { await person.CreateProjectAsync("one"), await person.CreateProjectAsync("two") };
        var rows = new List<(long CreatedAt, Guid Id)>();
        for (var i = 0; i < 25; i++)
        {
            var at = 1_700_000_000_000 + i / 3;   // three share a millisecond: then the id decides
            rows.Add((at, await Seed.JobAsync(host, projects[i % 2], createdAt: at)));
        }

        var ids = rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).Select(row => row.Id).ToList();

        var first = await person.GetAsync("jobs");
        Assert.Equal("Jobs fetched successfully", first.Message);
        Assert.Equal(ids[..20], Ids(first));
        Assert.Equal("""{"total":25,"page":1,"limit":20,"totalPages":2}""", first.Data.GetProperty("pagination").GetRawText());
        Assert.Equal(
            [
                "id", "projectId", "title", "webhookUrl", "fireAt", "status", "retryCount", "nextAttemptAt",
                "createdAt", "updatedAt", "project",
            ],
            first.Data.GetProperty("jobs")[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal("one", first.Data.GetProperty("jobs")[0].GetProperty("project").GetProperty("name").GetString());
        Assert.Equal(ids[20..], Ids(await person.GetAsync("jobs?page=2")));
        Assert.Equal(ids[7..14], Ids(await person.GetAsync("jobs?page=2&limit=7")));
        Assert.Empty(Ids(await person.GetAsync("jobs?page=2147483647&limit=100")));
        Assert.Equal(
            12,
            (await person.GetAsync($"jobs?projectId={projects[1]}&limit=1")).Data
                .GetProperty("pagination").GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_list_can_be_filtered_by_status()
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        var byStatus = new Dictionary<JobStatus, Guid>();
        foreach (var status in Enum.GetValues<JobStatus>()) byStatus[status] = await Seed.JobAsync(host, project, status);
        foreach (var (status, id) in byStatus) Assert.Equal([id], Ids(await person.GetAsync($"jobs?status={status.ToName()}")));
    }

    [Theory]
    [InlineData("page=0", "page_invalid")]
    [InlineData("page=-1", "page_invalid")]
    [InlineData("page=", "page_invalid")]
    [InlineData("page=1.0", "page_invalid")]
    [InlineData("page=%201", "page_invalid")]
    [InlineData("page=2147483648", "page_invalid")]
    [InlineData("limit=0", "limit_invalid")]
    [InlineData("limit=101", "limit_invalid")]
    [InlineData("limit=x", "limit_invalid")]
    [InlineData("status=scheduled", "status_invalid")]
    [InlineData("status=", "status_invalid")]
    [InlineData("status=0", "status_invalid")]
    [InlineData("status=DEAD&status=DEAD", "duplicate_parameter")]
    [InlineData("page=1&page=1", "duplicate_parameter")]
    [InlineData("project_id=1", "unknown_parameter")]
    public async Task A_bad_query_is_400_and_not_clamped(string query, string code)
    {
        var answer = await (await host.RegisterAsync()).GetAsync($"jobs?{query}");
        Assert.Equal((400, code), (answer.Status, answer.Code));
    }

    private static IEnumerable<Guid> Ids(ApiAnswer answer) =>
        answer.Data.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetGuid());
}

public sealed class JobsReadingOnSqlite(TestWebHost host) : JobsReadingTests(host), IClassFixture<TestWebHost>;

public sealed class JobsReadingOnPostgres(PostgresWebHost host) : JobsReadingTests(host), IClassFixture<PostgresWebHost>;

public sealed class JobsReadingOnSqlServer(SqlServerWebHost host) : JobsReadingTests(host), IClassFixture<SqlServerWebHost>;
