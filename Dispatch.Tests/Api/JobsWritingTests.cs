using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Api;

public abstract class JobsWritingTests(TestWebHost host)
{
    private const string Job =
        """{"title":" Reminder ","webhookUrl":"https://example.com/hook","fireAt":"9999-12-31T23:59:59.9999Z","payload":""" +
        """{ "a":1.50,"a":"\u0041" }}""";

    [Fact]
    public async Task A_job_is_stored_as_it_was_sent()
    {
        var (person, program) = await SignUpAsync();
        var created = await program.PostAsync("jobs", Job);
        Assert.Equal((201, "Job scheduled successfully"), (created.Status, created.Message));
        Assert.Equal($"/api/v1/jobs/{created.Data.GetProperty("id").GetGuid()}", created.Headers.Location?.ToString());
        Assert.Equal(
            ("Reminder", "SCHEDULED", "9999-12-31T23:59:59.999Z"),
            (Text(created, "title"), Text(created, "status"), Text(created, "nextAttemptAt")));

        var read = await person.GetAsync($"jobs/{Text(created, "id")}");
        foreach (var field in created.Data.EnumerateObject())
            Assert.Equal(field.Value.GetRawText(), read.Data.GetProperty(field.Name).GetRawText());
        Assert.Equal("""{ "a":1.50,"a":"\u0041" }""", read.Data.GetProperty("payload").GetRawText());
    }

    [Fact]
    public async Task A_scheduled_job_is_cancelled_once_and_by_its_own_project_only()
    {
        var (person, program) = await SignUpAsync();
        var (_, stranger) = await SignUpAsync();
        var sibling = person.WithKey((await person.CreateKeyAsync(await person.CreateProjectAsync())).Text);
        var id = Text(await program.PostAsync("jobs", Job), "id");

        var unknown = await stranger.DeleteAsync($"jobs/{Guid.NewGuid()}");
        foreach (var other in new[]
        {
            await stranger.DeleteAsync($"jobs/{id}"),
            await sibling.DeleteAsync($"jobs/{id}"),
            await program.DeleteAsync("jobs/x"),
        })
        {
            Assert.Equal((404, unknown.Text), (other.Status, other.Text));
        }

        var cancelled = await program.DeleteAsync($"jobs/{id}");
        Assert.Equal((200, "Job cancelled successfully"), (cancelled.Status, cancelled.Message));
        var again = await program.DeleteAsync($"jobs/{id}");
        Assert.Equal((400, "job_not_scheduled", "Only scheduled jobs can be cancelled"), (again.Status, again.Code, again.Message));
        Assert.Equal("CANCELLED", Text(await person.GetAsync($"jobs/{id}"), "status"));
    }

    private static string? Text(ApiAnswer answer, string field) => answer.Data.GetProperty(field).GetString();

    private async Task<(ApiClient Person, ApiClient Program)> SignUpAsync()
    {
        var person = await host.RegisterAsync();
        return (person, person.WithKey((await person.CreateKeyAsync(await person.CreateProjectAsync())).Text));
    }
}

public sealed class JobsWritingOnSqlite(TestWebHost host) : JobsWritingTests(host), IClassFixture<TestWebHost>;

public sealed class JobsWritingOnPostgres(PostgresWebHost host) : JobsWritingTests(host), IClassFixture<PostgresWebHost>;

public sealed class JobsWritingOnSqlServer(SqlServerWebHost host) : JobsWritingTests(host), IClassFixture<SqlServerWebHost>;
