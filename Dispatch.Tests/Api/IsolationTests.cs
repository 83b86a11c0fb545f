using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Api;

/// <summary>Two people, two projects each, two keys each: what belongs to someone else is answered as what does not exist.</summary>
public abstract class IsolationTests(TestWebHost host)
{
    [Fact]
    public async Task A_foreign_id_gets_the_same_404_as_an_unknown_one_on_every_call()
    {
        var (ada, bob) = (await Person.CreateAsync(host), await Person.CreateAsync(host));
        foreach (var (me, other) in new[] { (ada, bob), (bob, ada) })
        {
            foreach (var theirs in other.Projects)
            {
                foreach (var unknown in new[] { Guid.NewGuid().ToString(), "not-a-uuid", Guid.Empty.ToString() })
                {
                    foreach (var (method, path, body) in ProjectCalls())
                        await AssertSameAsync(me.Client, method, string.Format(path, theirs.Id), string.Format(path, unknown), body);
                    await AssertSameAsync(
                        me.Client,
                        HttpMethod.Delete,
                        $"projects/{theirs.Id}/keys/{theirs.KeyId}",
                        $"projects/{unknown}/keys/{unknown}");
                    await AssertSameAsync(
                        me.Client,
                        HttpMethod.Delete,
                        $"projects/{me.Projects[0].Id}/keys/{theirs.KeyId}",
                        $"projects/{me.Projects[0].Id}/keys/{unknown}");
                    await AssertSameAsync(me.Client, HttpMethod.Get, $"jobs?projectId={theirs.Id}", $"jobs?projectId={unknown}");
                    await AssertSameAsync(me.Client, HttpMethod.Get, $"jobs/{theirs.JobId}", $"jobs/{unknown}");
                    await AssertSameAsync(me.Projects[0].Program, HttpMethod.Get, $"jobs/{theirs.JobId}", $"jobs/{unknown}");
                    await AssertSameAsync(
                        me.Projects[0].Program,
                        HttpMethod.Get,
                        $"jobs?projectId={theirs.Id}",
                        $"jobs?projectId={unknown}");
                }
            }
        }
    }

    [Fact]
    public async Task A_key_reaches_its_own_project_only()
    {
        var ada = await Person.CreateAsync(host);
        var (first, second) = (ada.Projects[0], ada.Projects[1]);
        Assert.Equal(404, (await first.Program.GetAsync($"jobs/{second.JobId}")).Status);
        Assert.Equal(404, (await first.Program.GetAsync($"jobs?projectId={second.Id}")).Status);
        var seen = (await first.Program.GetAsync("jobs")).Data
            .GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetGuid());
        Assert.Equal([first.JobId], seen);
        Assert.Equal(404, (await ada.Client.DeleteAsync($"projects/{first.Id}/keys/{second.KeyId}")).Status);
    }

    [Fact]
    public async Task A_list_shows_only_what_is_ones_own()
    {
        var (ada, bob) = (await Person.CreateAsync(host), await Person.CreateAsync(host));
        var jobs = (await ada.Client.GetAsync("jobs")).Data
            .GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetGuid());
        Assert.Equal(ada.Projects.Select(p => p.JobId).Order(), jobs.Order());
        var projects = (await bob.Client.GetAsync("projects")).Data
            .GetProperty("projects").EnumerateArray().Select(p => p.GetProperty("id").GetGuid());
        Assert.Equal(bob.Projects.Select(p => p.Id).Order(), projects.Order());
    }

    [Fact]
    public async Task A_deleted_project_takes_its_jobs_and_keys_out_of_sight()
    {
        var ada = await Person.CreateAsync(host);
        var (gone, stays) = (ada.Projects[0], ada.Projects[1]);
        Assert.Equal(200, (await ada.Client.DeleteAsync($"projects/{gone.Id}")).Status);
        Assert.Equal(401, (await gone.Program.GetAsync("jobs")).Status);
        Assert.Equal(404, (await ada.Client.GetAsync($"jobs/{gone.JobId}")).Status);
        foreach (var (method, path, body) in ProjectCalls())
            Assert.Equal(404, (await ada.Client.SendAsync(method, string.Format(path, gone.Id), body)).Status);
        Assert.Equal(1, (await ada.Client.GetAsync("jobs")).Data.GetProperty("pagination").GetProperty("total").GetInt32());
        Assert.Equal(200, (await stays.Program.GetAsync("jobs")).Status);
    }

    private static IEnumerable<(HttpMethod Method, string Path, object? Body)> ProjectCalls() =>
    [
        (HttpMethod.Get, "projects/{0}", null),
        (HttpMethod.Patch, "projects/{0}", new { name = "mine now" }),
        (HttpMethod.Delete, "projects/{0}", null),
        (HttpMethod.Post, "projects/{0}/keys", new { label = "mine now" }),
        (HttpMethod.Get, "projects/{0}/keys", null),
        (HttpMethod.Get, "projects/{0}/signing-secret", null),
        (HttpMethod.Post, "projects/{0}/signing-secret/rotate", null),
        (HttpMethod.Get, "projects/{0}/inbox", null),
        (HttpMethod.Put, "projects/{0}/inbox/answer", new { status = 500, delayMs = 0 }),
        (HttpMethod.Delete, "projects/{0}/inbox/requests", null),
    ];

    private static async Task AssertSameAsync(ApiClient client, HttpMethod method, string foreign, string unknown, object? body = null)
    {
        var (one, other) = (await client.SendAsync(method, foreign, body), await client.SendAsync(method, unknown, body));
        Assert.Equal((404, one.Text), (one.Status, other.Text));
        Assert.Equal(404, other.Status);
    }

    private sealed record OwnProject(Guid Id, Guid KeyId, ApiClient Program, Guid JobId);

    private sealed record Person(ApiClient Client, OwnProject[] Projects)
    {
        public static async Task<Person> CreateAsync(TestWebHost host)
        {
            var client = await host.RegisterAsync();
            return new Person(client, [await OwnAsync(host, client), await OwnAsync(host, client)]);
        }

        private static async Task<OwnProject> OwnAsync(TestWebHost host, ApiClient client)
        {
            var id = await client.CreateProjectAsync();
            await client.CreateKeyAsync(id, "a second one");
            var key = await client.CreateKeyAsync(id);
            return new OwnProject(id, key.Id, client.WithKey(key.Text), await Seed.JobAsync(host, id));
        }
    }
}

public sealed class IsolationOnSqlite(TestWebHost host) : IsolationTests(host), IClassFixture<TestWebHost>;

public sealed class IsolationOnPostgres(PostgresWebHost host) : IsolationTests(host), IClassFixture<PostgresWebHost>;

public sealed class IsolationOnSqlServer(SqlServerWebHost host) : IsolationTests(host), IClassFixture<SqlServerWebHost>;
