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
        http = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = host };
        if (forwardedFor is not null) http.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
    }

    public static Task<string> TextAsync(HttpResponseMessage page) => page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> GetAsync(string path) => http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

    public async Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> fields)
    {
        using var content = new FormUrlEncodedContent(fields);
        return await http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
    }

    public async Task<HttpResponseMessage> SubmitAsync(string path, string handler, string email, string password) => await PostAsync(path, new()
    {
        ["_handler"] = handler,
        ["Form.Email"] = email,
        ["Form.Password"] = password,
        ["__RequestVerificationToken"] = await TokenAsync(path),
    });

    public async Task<HttpResponseMessage> SubmitAsync(string page, string action) => await PostAsync(action, new() { ["__RequestVerificationToken"] = await TokenAsync(page) });

    public void Dispose() => http.Dispose();

    private async Task<string> TokenAsync(string path)
    {
        using var page = await GetAsync(path);
        return Token().Match(await TextAsync(page)).Groups[1].Value;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
