using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Dispatch.Bench.Contestants;

/// <summary>One account of a Dispatch host, with projects and a key of each, that calls from an address of its own.</summary>
internal sealed class Account : IDisposable
{
    /// <summary>With what else is in a payload just below the host's limit of 256 KiB.</summary>
    public const int MostFiller = 255 * 1024;

    private const int PageSize = 100;
    private const string Password = "correct horse battery";
    private static readonly string Filler = new('x', MostFiller);

    private readonly string hostUrl;
    private readonly HttpClient http;
    private readonly List<(string Id, string Key)> projects = [];

    private Account(string hostUrl, string name, string from)
    {
        (this.hostUrl, Name) = (hostUrl, name);
        // A door that counts by address must not take one account for the other.
        var ownAddress = new IPEndPoint(IPAddress.Parse(from), 0);
        http = new HttpClient(new SocketsHttpHandler
        {
            MaxConnectionsPerServer = 4_096, UseProxy = false, UseCookies = false,
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    socket.Bind(ownAddress);
                    await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            }
        }) { Timeout = TimeSpan.FromSeconds(30) };
    }

    /// <summary>Also in its webhooks' address, where the receiver tells accounts apart.</summary>
    public string Name { get; }

    /// <summary>Of its session.</summary>
    public string Token { get; private set; } = "";

    public IReadOnlyList<string> Keys => [.. projects.Select(project => project.Key)];

    /// <summary>Registers, and makes projects with a key each.</summary>
    public static async Task<Account> SignUpAsync(string hostUrl, string name, string from, int projects = 1)
    {
        var account = new Account(hostUrl, name, from);
        await account.EnterAsync("register", $"{name}@example.com", Password);
        for (var i = 1; i <= projects; i++)
        {
            var project = await account.AskAsync(HttpMethod.Post, "projects", new { name = $"{name} {i}" });
            await account.AddKeyAsync(project.GetProperty("id").GetString()!);
        }

        return account;
    }

    /// <summary>Signs in to an account that is there, and makes a key for its project of that name.</summary>
    public static async Task<Account> SignInAsync(
        string hostUrl, string name, string from, (string Email, string Password) person, string projectId)
    {
        var account = new Account(hostUrl, name, from);
        await account.EnterAsync("login", person.Email, person.Password);
        await account.AddKeyAsync(projectId);
        return account;
    }

    /// <summary>Schedules one job; its id.</summary>
    /// <param name="filler">So many bytes more in its payload.</param>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public async Task<string> PostAsync(string url, long dueAtMs, int project = 0, int filler = 0)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{hostUrl}/api/v1/jobs");
        request.Headers.Add("x-api-key", projects[project].Key);
        request.Content = new StringContent(
            $$$"""{"title":"{{{Name}}}","webhookUrl":"{{{url}}}","fireAt":"{{{Clock.Rfc3339(dueAtMs)}}}","payload":"""
                + $$$"""{"at":{{{dueAtMs}}},"filler":"{{{Filler.AsSpan(0, filler)}}}"}}""",
            Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        if (response.StatusCode != HttpStatusCode.Created) throw new InvalidOperationException(
            $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return (await response.DataAsync()).GetProperty("id").GetString()!;
    }

    /// <summary>How many jobs of the first project have that status.</summary>
    public async Task<int> CountAsync(string status) =>
        (await ReadAsync($"jobs?limit=1&status={status}")).GetProperty("pagination").GetProperty("total").GetInt32();

    /// <summary>Those of the first project's jobs that succeeded at the first attempt; the newest of its jobs are asked for.</summary>
    public async Task<IReadOnlyList<string>> AtFirstAttemptAsync(IReadOnlySet<string> jobs)
    {
        var (found, seen, pages) = (new List<string>(), 0, 1);
        for (var page = 1; seen < jobs.Count && page <= pages; page++)
        {
            var list = await ReadAsync($"jobs?limit={PageSize}&page={page}");
            pages = list.GetProperty("pagination").GetProperty("totalPages").GetInt32();
            foreach (var job in list.GetProperty("jobs").EnumerateArray())
            {
                var id = job.GetProperty("id").GetString()!;
                if (!jobs.Contains(id)) continue;
                seen++;
                if (job.GetProperty("status").GetString() == "SUCCESS" && job.GetProperty("retryCount").GetInt32() == 0) found.Add(id);
            }
        }

        return found;
    }

    /// <summary>A GET below <c>/api/v1/</c> with the account's session; false: it was refused.</summary>
    public async Task<bool> TryReadAsync(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{hostUrl}/api/v1/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var response = await http.SendAsync(request, cancellation);
        return response.IsSuccessStatusCode;
    }

    /// <summary>Any request from the account's address; false: it was refused.</summary>
    public async Task<bool> TrySendAsync(string url, HttpContent body, CancellationToken cancellation)
    {
        using var response = await http.PostAsync(url, body, cancellation);
        return response.IsSuccessStatusCode;
    }

    /// <summary>The test inbox of a project: its address, and what it holds.</summary>
    public Task<JsonElement> InboxAsync(int project = 0) => AskAsync(HttpMethod.Get, $"projects/{projects[project].Id}/inbox");

    public Task SetInboxDelayAsync(TimeSpan delay) =>
        AskAsync(HttpMethod.Put, $"projects/{projects[0].Id}/inbox/answer", new { status = 200, delayMs = (int)delay.TotalMilliseconds });

    public void Dispose() => http.Dispose();

    private async Task EnterAsync(string how, string email, string password) =>
        Token = (await AskAsync(HttpMethod.Post, $"auth/{how}", new { email, password })).GetProperty("token").GetString()!;

    private async Task AddKeyAsync(string projectId)
    {
        var key = await AskAsync(HttpMethod.Post, $"projects/{projectId}/keys", new { label = "bench" });
        projects.Add((projectId, key.GetProperty("key").GetString()!));
    }

    private async Task<JsonElement> ReadAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{hostUrl}/api/v1/{path}");
        request.Headers.Add("x-api-key", projects[0].Key);
        using var response = await http.SendAsync(request);
        return await response.DataAsync();
    }

    private async Task<JsonElement> AskAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"{hostUrl}/api/v1/{path}");
        if (Token.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await http.SendAsync(request);
        return await response.DataAsync();
    }
}
