using System.Net;
using System.Text.RegularExpressions;

namespace Dispatch.Tests.Infrastructure;

/// <summary>A browser without scripts: it keeps cookies and fills in forms.</summary>
internal sealed partial class PageClient : IDisposable
{
    private readonly HttpClient http;

    /// <param name="forwardedFor">What a reverse proxy in between would say of the browser's address.</param>
    public PageClient(Uri host, string? forwardedFor = null)
    {
        http = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = host };
        if (forwardedFor is not null) http.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
    }

    public CookieContainer Cookies { get; } = new();

    /// <summary>Another browser with the cookies of now, as a thief would have them.</summary>
    public PageClient Copy() => At(http.BaseAddress!);

    /// <summary>The same browser at another host behind the same name: it sends the same cookies.</summary>
    public PageClient At(Uri host)
    {
        var there = new PageClient(host);
        there.Cookies.Add(Cookies.GetAllCookies());
        return there;
    }

    public static Task<string> TextAsync(HttpResponseMessage page) => page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> GetAsync(string path) =>
        http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

    public async Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> fields)
    {
        using var content = new FormUrlEncodedContent(fields);
        return await http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
    }

    public async Task<HttpResponseMessage> SubmitAsync(string path, string handler, string email, string password) =>
        await PostAsync(path, new()
        {
            ["_handler"] = handler,
            ["Form.Email"] = email,
            ["Form.Password"] = password,
            ["__RequestVerificationToken"] = await TokenAsync(path),
        });

    /// <summary>Fills in one of a page's forms and sends it.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string path, string handler, Dictionary<string, string> fields) =>
        await PostAsync(path, new(fields) { ["_handler"] = handler, ["__RequestVerificationToken"] = await TokenAsync(path) });

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) =>
        http.SendAsync(request, TestContext.Current.CancellationToken);

    /// <summary>Registers someone new, who is then signed in here.</summary>
    public async Task<string> RegisterAsync()
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        using var answer = await SubmitAsync("/register", "register", email, ApiClient.Password);
        Assert.Equal("/overview", answer.Headers.Location?.ToString());
        return email;
    }

    /// <summary>Whether the account page opens, and does not send to the sign-in page.</summary>
    public async Task<bool> IsSignedInAsync()
    {
        using var page = await GetAsync("/account");
        if (page.StatusCode == HttpStatusCode.OK) return true;
        Assert.EndsWith("/login?returnUrl=%2Faccount", page.Headers.Location!.ToString(), StringComparison.Ordinal);
        return false;
    }

    public async Task<HttpResponseMessage> SubmitAsync(string page, string action) =>
        await PostAsync(action, new() { ["__RequestVerificationToken"] = await TokenAsync(page) });

    public void Dispose() => http.Dispose();

    public async Task<string> TokenAsync(string path)
    {
        using var page = await GetAsync(path);
        return Token().Match(await TextAsync(page)).Groups[1].Value;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
