using System.Text.Json;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;
using Dispatch.Writing.Verbs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Inboxes;

/// <summary>The inbox as its owner sees it through the API, and the rows behind it.</summary>
public abstract class InboxApiTests(TestWebHost host)
{
    [Fact]
    public async Task A_new_project_has_an_inbox_of_its_own_that_answers_200()
    {
        var person = await host.RegisterAsync();
        var (one, other) = (await person.CreateProjectAsync(), await person.CreateProjectAsync());
        var inbox = await person.GetAsync($"projects/{one}/inbox");
        Assert.Equal((200, "Inbox fetched successfully"), (inbox.Status, inbox.Message));
        Assert.Matches($"^{host.Address}in/[0-9a-f]{{32}}$", inbox.Data.GetProperty("url").GetString()!);
        Assert.NotEqual(
            inbox.Data.GetProperty("url").GetString(),
            (await person.GetAsync($"projects/{other}/inbox")).Data.GetProperty("url").GetString());
        Assert.Equal("""{"status":200,"delayMs":0}""", inbox.Data.GetProperty("answer").GetRawText());
        Assert.Equal(0, inbox.Data.GetProperty("requests").GetArrayLength());
    }

    [Fact]
    public async Task The_answer_is_set_and_the_inbox_cleared()
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        using var ear = await Ear.OpenAsync(host.Services, (await person.GetAsync("auth/me")).Data.GetProperty("id").GetGuid());
        var set = await PutAsync(person, project, """{"status":599,"delayMs":60000}""");
        Assert.Equal((200, """{"status":599,"delayMs":60000}"""), (set.Status, set.Data.GetRawText()));
        await PutAsync(person, project, """{"delayMs":0,"status":418}""");
        var url = (await person.GetAsync($"projects/{project}/inbox")).Data.GetProperty("url").GetString();
        using var http = new HttpClient();
        Assert.Equal(418, (int)(await http.GetAsync(url, TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(1, (await person.GetAsync($"projects/{project}/inbox")).Data.GetProperty("requests").GetArrayLength());

        var cleared = await person.DeleteAsync($"projects/{project}/inbox/requests");
        Assert.Equal((200, JsonValueKind.Null), (cleared.Status, cleared.Data.ValueKind));
        Assert.Equal(0, (await person.GetAsync($"projects/{project}/inbox")).Data.GetProperty("requests").GetArrayLength());
        for (var i = 0; i < 4; i++)   // two answers, one request, one clearing
        {
            var change = await ear.NextAsync(TimeSpan.FromSeconds(10));
            Assert.Equal((FeedKind.Inbox, project), (change.Kind, change.ProjectId));
        }
    }

    [Theory]
    [InlineData("""{"status":199,"delayMs":0}""", "status_invalid")]
    [InlineData("""{"status":600,"delayMs":60001}""", "status_invalid", "delay_ms_invalid")]
    [InlineData("""{"status":200.5,"delayMs":-1}""", "status_invalid", "delay_ms_invalid")]
    [InlineData("""{"status":"200","delayMs":99999999999}""", "status_invalid", "delay_ms_invalid")]
    [InlineData("""{"status":null}""", "status_required", "delay_ms_required")]
    [InlineData("""{"status":200,"delayMs":0,"delay":1}""", "unknown_field")]
    public async Task A_wrong_answer_is_refused_with_every_error_named(string body, params string[] codes)
    {
        var person = await host.RegisterAsync();
        var answer = await PutAsync(person, await person.CreateProjectAsync(), body);
        Assert.Equal(400, answer.Status);
        Assert.Equal(codes, answer.Codes);
    }

    [Fact]
    public async Task A_foreign_project_is_404_and_no_one_is_401()
    {
        var (ada, bob) = (await host.RegisterAsync(), await host.RegisterAsync());
        var project = await ada.CreateProjectAsync();
        foreach (var client in (ApiClient[])[bob, host.Anonymous])
        {
            var expected = client == bob ? 404 : 401;
            Assert.Equal(expected, (await client.GetAsync($"projects/{project}/inbox")).Status);
            Assert.Equal(expected, (await PutAsync(client, project, """{"status":500,"delayMs":0}""")).Status);
            Assert.Equal(expected, (await client.DeleteAsync($"projects/{project}/inbox/requests")).Status);
        }

        Assert.Equal(200, (await ada.GetAsync($"projects/{project}/inbox")).Data.GetProperty("answer").GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_deleted_project_takes_its_inbox_with_it()
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        var url = (await person.GetAsync($"projects/{project}/inbox")).Data.GetProperty("url").GetString();
        using var http = new HttpClient();
        await http.GetAsync(url, TestContext.Current.CancellationToken);
        await person.DeleteAsync($"projects/{project}");
        Assert.Equal(404, (int)(await http.GetAsync(url, TestContext.Current.CancellationToken)).StatusCode);

        while (await host.Services.GetRequiredService<WriteQueue>().WriteAsync(new PurgeProjects()) > 0)
        {
        }

        await using var db = await host.NewContextAsync();
        Assert.False(await db.InboxRequests.AnyAsync(r => r.ProjectId == project, TestContext.Current.CancellationToken));
        Assert.False(await db.Projects.AnyAsync(p => p.Id == project, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_document_says_what_an_inbox_is()
    {
        using var http = new HttpClient();
        var document = JsonDocument.Parse(
            await http.GetStringAsync(new Uri(host.Address, "/openapi/v1.json"), TestContext.Current.CancellationToken)).RootElement;
        var schemas = document.GetProperty("components").GetProperty("schemas");
        var answer = schemas.GetProperty("InboxAnswer").GetProperty("properties");
        Assert.Equal(
            (200, 599),
            (answer.GetProperty("status").GetProperty("minimum").GetInt32(),
                answer.GetProperty("status").GetProperty("maximum").GetInt32()));
        Assert.Equal(
            (0, 60_000),
            (answer.GetProperty("delayMs").GetProperty("minimum").GetInt32(),
                answer.GetProperty("delayMs").GetProperty("maximum").GetInt32()));
        Assert.Equal(
            ["Valid", "Invalid", "Missing"],
            schemas.GetProperty("SignatureCheck").GetProperty("enum").EnumerateArray().Select(name => name.GetString()));
        Assert.False(schemas.GetProperty("HeaderLine").GetProperty("properties").GetProperty("name").TryGetProperty("maxLength", out _));
        Assert.DoesNotContain(
            document.GetProperty("paths").EnumerateObject(), path => path.Name.StartsWith("/in", StringComparison.Ordinal));

        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        var url = (await person.GetAsync($"projects/{project}/inbox")).Data.GetProperty("url").GetString();
        await http.GetAsync(url, TestContext.Current.CancellationToken);
        var inbox = (await person.GetAsync($"projects/{project}/inbox")).Data;
        AssertFields(schemas.GetProperty("Inbox"), inbox);
        AssertFields(schemas.GetProperty("InboxAnswer"), inbox.GetProperty("answer"));
        AssertFields(schemas.GetProperty("InboxRequest"), inbox.GetProperty("requests")[0]);
        AssertFields(schemas.GetProperty("HeaderLine"), inbox.GetProperty("requests")[0].GetProperty("headers")[0]);
    }

    private static void AssertFields(JsonElement schema, JsonElement value)
    {
        var fields = value.EnumerateObject().Select(field => field.Name).ToArray();
        Assert.Equal(schema.GetProperty("properties").EnumerateObject().Select(field => field.Name).Order(), fields.Order());
        Assert.Equal(schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()).Order(), fields.Order());
    }

    private static Task<ApiAnswer> PutAsync(ApiClient client, Guid project, string body) =>
        client.SendAsync(HttpMethod.Put, $"projects/{project}/inbox/answer", body);
}

public sealed class InboxApiOnSqlite(TestWebHost host) : InboxApiTests(host), IClassFixture<TestWebHost>;

public sealed class InboxApiOnPostgres(PostgresWebHost host) : InboxApiTests(host), IClassFixture<PostgresWebHost>;

public sealed class InboxApiOnSqlServer(SqlServerWebHost host) : InboxApiTests(host), IClassFixture<SqlServerWebHost>;
