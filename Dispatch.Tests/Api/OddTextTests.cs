using System.Net;
using System.Text;
using System.Text.Json;
using Dispatch.Model;
using Dispatch.Tests.Inboxes;
using Dispatch.Tests.Infrastructure;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Api;

/// <summary>
/// Text that some database counts, refuses or understands in its own way: PostgreSQL keeps no NUL and counts characters, SQL Server
/// counts UTF-16 units, and each has wildcards. What anyone may send is stored as on SQLite, or refused before it gets there.
/// </summary>
public abstract class OddTextTests(TestWebHost host)
{
    /// <summary>
    /// Allowed in a name: the longest there is, in characters of two units; controls, non-characters, marks of direction, quotes.
    /// </summary>
    private static readonly string[] Names =
    [
        string.Concat(Enumerable.Repeat("😀", 200)),
        "a\u0001\u001f\u007f\u0085b",
        "\uFFFE\uFFFF\U0010FFFF",
        "\u202Eright\u2066to left",
        "e\u0301\u200D👩‍👩‍👧",
        "'; DROP TABLE \"Jobs\"; --",
        "\\%_[a]^",
        "ﬀ İ ß K",
    ];

    [Fact]
    public async Task Names_are_kept_to_the_character()
    {
        var person = await host.RegisterAsync();
        foreach (var name in Names)
        {
            var project = await person.CreateProjectAsync(name);
            var (_, key) = await person.CreateKeyAsync(project, name);
            var job = await person.WithKey(key).PostAsync("jobs", new
            {
                title = name,
                webhookUrl = "https://example.com/ü?x=😀",
                fireAt = "9999-12-31T23:59:59Z",
                payload = new { name },
            });

            Assert.Equal(201, job.Status);
            var read = (await person.GetAsync($"jobs/{job.Data.GetProperty("id").GetString()}")).Data;
            Assert.Equal(
                (name, "https://example.com/ü?x=😀"),
                (read.GetProperty("title").GetString(), read.GetProperty("webhookUrl").GetString()));
            Assert.Equal(name, read.GetProperty("project").GetProperty("name").GetString());
            Assert.Equal(
                name,
                (await person.GetAsync($"projects/{project}/keys")).Data.GetProperty("keys")[0].GetProperty("label").GetString());
        }
    }

    [Theory]
    [InlineData("\"a\\u0000b\"", "invalid")]
    [InlineData("\"a\\ud800\"", "lone_surrogate")]
    [InlineData("\"\\udc00\\ud800\"", "lone_surrogate")]
    public async Task What_no_database_keeps_is_refused(string name, string code)
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        var program = person.WithKey((await person.CreateKeyAsync(project)).Text);
        foreach (var answer in new[]
        {
            await person.PostAsync("projects", $$"""{"name":{{name}}}"""),
            await person.PatchAsync($"projects/{project}", $$"""{"name":{{name}}}"""),
            await person.PostAsync($"projects/{project}/keys", $$"""{"label":{{name}}}"""),
            await program.PostAsync("jobs", $$"""{"title":{{name}},"webhookUrl":"https://example.com/","fireAt":"9999-12-31T23:59:59Z"}"""),
        })
        {
            Assert.Equal(400, answer.Status);
            Assert.EndsWith(code, answer.Code, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("%00", 0)]
    [InlineData("a%00", 0)]
    [InlineData("%ED%A0%80", 0)]
    [InlineData("%25", 1)]
    [InlineData("_", 1)]
    [InlineData("%5C", 1)]
    [InlineData("[x]", 1)]
    [InlineData("'%20--", 1)]
    [InlineData("KÄSE", 1)]
    [InlineData("%F0%9F%98%80", 1)]
    [InlineData("remINDer", 6)]
    public async Task A_search_means_what_it_says(string query, int hits)
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        foreach (var title in (string[])
        [
            "Reminder 1%",
            "Reminder a_b",
            "Reminder a\\b",
            "Reminder [x]",
            "Reminder ' --",
            "Reminder Käse 😀",
            "ax",
        ])
        {
            await person.PostAsync(
                $"projects/{project}/jobs",
                new { title, webhookUrl = "https://example.com/", fireAt = "9999-12-31T23:59:59Z" });
        }

        var answer = await person.GetAsync($"dashboard/jobs?search={query}");
        Assert.Equal((200, hits), (answer.Status, answer.Data.GetProperty("total").GetInt32()));
    }

    [Fact]
    public async Task A_user_agent_of_any_bytes_signs_in_and_is_listed()
    {
        var person = await host.RegisterAsync();
        using var http = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1 })
        {
            BaseAddress = host.Address,
        };
        foreach (var agent in (string[])[new string('é', 400), "\u0080\u00ff\u00adx", "'; --"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/auth/login")
            {
                Content = new StringContent(
                    JsonSerializer.Serialize(new { email = person.Email, password = ApiClient.Password }),
                    Encoding.UTF8,
                    "application/json"),
            };
            request.Headers.TryAddWithoutValidation("User-Agent", agent);
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await using var db = await host.NewContextAsync();
            var expected = agent[..Math.Min(agent.Length, Session.MaxUserAgent)];
            Assert.True(await db.Sessions.AnyAsync(s => s.UserAgent == expected, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task An_inbox_keeps_headers_and_bodies_of_any_bytes()
    {
        using var user = await InboxUser.SignUpAsync(host.Address.ToString().TrimEnd('/'));
        var url = new Uri(user.Url);
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
        var body = Enumerable.Range(0, 256).Select(b => (byte)b).ToArray();
        var head = Encoding.Latin1.GetBytes(
            $"{new string('M', 40)} {url.AbsolutePath}?q=%00%ED%A0%80 HTTP/1.1\r\nHost: {url.Authority}\r\n" +
            $"X-Odd: é\u0080\u00ff\"\\ud800\\u0000'\r\nContent-Length: {body.Length}\r\n\r\n");
        await client.GetStream().WriteAsync((byte[])[.. head, .. body], TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync(TestContext.Current.CancellationToken));

        var request = Assert.Single(await user.RequestsAsync());
        Assert.Equal(new string('M', 32), request.GetProperty("method").GetString());
        var odd = request.GetProperty("headers").EnumerateArray().Single(header => header.GetProperty("name").GetString() == "X-Odd");
        Assert.Equal("é\u0080\u00ff\"\\ud800\\u0000'", odd.GetProperty("value").GetString());
        Assert.Equal(Encoding.UTF8.GetString(body), request.GetProperty("body").GetString());
    }

    [Fact]
    public async Task A_passkeys_name_loses_what_cannot_be_kept()
    {
        using var browser = new PageClient(host.Address);
        var email = await browser.RegisterAsync();
        var id = Guid.NewGuid().ToByteArray();
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
            await accounts.AddOrUpdatePasskeyAsync(
                (await accounts.FindByEmailAsync(email))!,
                new UserPasskeyInfo(id, [1], DateTimeOffset.UnixEpoch, 0, null, true, false, false, [1], [1]));
        }

        var path = $"/account/passkeys/{System.Buffers.Text.Base64Url.EncodeToString(id)}";
        using var form = new MultipartFormDataContent   // the other kind of form may not hold NUL
        {
            { new StringContent("rename"), "_handler" },
            { new StringContent(await browser.TokenAsync(path)), "__RequestVerificationToken" },
            { new StringContent("a\0" + string.Concat(Enumerable.Repeat("😀", 40))), "Form.Name" },
        };
        using (var renamed = await browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = form }))
            Assert.Equal("/account?done=passkey-changed", renamed.Headers.Location?.ToString());

        await using var after = host.Services.CreateAsyncScope();
        var again = after.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var kept = Assert.Single(await again.GetPasskeysAsync((await again.FindByEmailAsync(email))!));
        Assert.Equal("a" + string.Concat(Enumerable.Repeat("😀", 29)), kept.Name);
    }
}

public sealed class OddTextOnSqlite(TestWebHost host) : OddTextTests(host), IClassFixture<TestWebHost>;

public sealed class OddTextOnPostgres(PostgresWebHost host) : OddTextTests(host), IClassFixture<PostgresWebHost>;

public sealed class OddTextOnSqlServer(SqlServerWebHost host) : OddTextTests(host), IClassFixture<SqlServerWebHost>;
