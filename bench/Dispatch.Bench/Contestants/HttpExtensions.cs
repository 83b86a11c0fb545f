using System.Diagnostics;
using System.Text.Json;

namespace Dispatch.Bench.Contestants;

internal static class HttpExtensions
{
    /// <summary>Asks every 10 ms until a success is answered.</summary>
    /// <exception cref="InvalidOperationException">The process ended, or two minutes passed.</exception>
    public static async Task UntilItAnswersAsync(this HttpClient http, string url, Process process)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var response = await http.GetAsync(url);
                if (response.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                // not yet
            }

            if (process.HasExited) throw new InvalidOperationException($"{process.StartInfo.FileName} ended with {process.ExitCode}.");
            if (watch.Elapsed > TimeSpan.FromMinutes(2)) throw new InvalidOperationException($"{url} did not answer in two minutes.");
            await Task.Delay(10);
        }
    }

    /// <summary>The <c>data</c> of Dispatch's envelope.</summary>
    public static async Task<JsonElement> DataAsync(this HttpResponseMessage response) =>
        (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data");
}
