using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dispatch.Tests.Infrastructure;

/// <summary>One webhook as it arrived.</summary>
public sealed record Arrival(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body, DateTimeOffset At)
{
    public JsonElement Json { get; } = JsonDocument.Parse(Body).RootElement;

    public Guid JobId => Json.GetProperty("jobId").GetGuid();

    public string Text => System.Text.Encoding.UTF8.GetString(Body);
}

/// <summary>A real HTTP receiver on a real socket of the loopback.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Arrival> arrivals = new();
    private readonly ConcurrentDictionary<int, Channel<Arrival>> listeners = new();
    private int nextListener;

    private Receiver(WebApplication app) => this.app = app;

    /// <summary>Answers each request; 200 without a body where a test sets nothing.</summary>
    public Func<Arrival, HttpContext, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public string Url { get; private set; } = "";

    public IReadOnlyCollection<Arrival> Arrivals => arrivals;

    public static async Task<Receiver> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(receiver.ReceiveAsync);
        await app.StartAsync();
        receiver.Url = app.Urls.First();
        return receiver;
    }

    /// <summary>What has arrived so far does not count.</summary>
    public void Forget() => arrivals.Clear();

    /// <summary>The first arrival, past or coming, that fits.</summary>
    public async Task<Arrival> WaitForAsync(Func<Arrival, bool> fits, TimeSpan? limit = null)
    {
        var found = await WaitForAsync(fits, 1, limit);
        return found[0];
    }

    /// <summary>The first <paramref name="count"/> arrivals, past or coming, that fit.</summary>
    public async Task<IReadOnlyList<Arrival>> WaitForAsync(Func<Arrival, bool> fits, int count, TimeSpan? limit = null)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(limit ?? TimeSpan.FromSeconds(30));
        var channel = Channel.CreateUnbounded<Arrival>();
        var key = Interlocked.Increment(ref nextListener);
        listeners[key] = channel;
        try
        {
            var seen = new HashSet<Arrival>(ReferenceEqualityComparer.Instance);
            foreach (var arrival in arrivals) if (fits(arrival)) seen.Add(arrival);
            while (seen.Count < count)
            {
                var arrival = await channel.Reader.ReadAsync(timeout.Token);
                if (fits(arrival)) seen.Add(arrival);
            }

            return [.. seen.OrderBy(a => a.At).Take(count)];
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{arrivals.Count(fits)} of {count} expected webhooks arrived in time.");
        }
        finally
        {
            listeners.TryRemove(key, out _);
        }
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        var at = DateTimeOffset.UtcNow;
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        var headers = context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString());
        var arrival = new Arrival(context.Request.Path, headers, buffer.ToArray(), at);
        arrivals.Enqueue(arrival);
        foreach (var listener in listeners.Values) listener.Writer.TryWrite(arrival);
        await Answer(arrival, context);
    }
}
