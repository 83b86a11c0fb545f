using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Users at work: posts at a steady rate, whatever becomes of it, each job due half a second to three seconds later; and after each tenth
/// post a job for the next hour, which is cancelled at once. Writes down how long each answer took.
/// </summary>
internal sealed class TimedLoad
{
    private const int PostsPerCancel = 10;

    private readonly ConcurrentQueue<Answer> posts = new();
    private readonly ConcurrentQueue<Answer> cancels = new();
    private readonly Ledger ledger;
    private readonly string url;
    private readonly Task working;
    private volatile bool isOver;

    /// <param name="users">They take turns.</param>
    public TimedLoad(Ledger ledger, string url, int perSecond, IReadOnlyList<ApiUser> users)
    {
        (this.ledger, this.url) = (ledger, url);
        working = Task.Run(() => WorkAsync(perSecond, users));
    }

    public IReadOnlyCollection<Answer> Posts => posts;

    /// <summary>The longest that anybody waited for an answer.</summary>
    public TimeSpan Slowest => posts.Concat(cancels).Max(answer => answer.Took);

    /// <summary>No POST and no DELETE was refused.</summary>
    public void AssertAllTaken() =>
        Assert.True(posts.Concat(cancels).All(answer => answer.IsTaken), $"refused, {ledger.Unavailable} of them with 503: {this}");

    /// <summary>Ends it, and waits for the last answers.</summary>
    public Task EndAsync()
    {
        isOver = true;
        return working;
    }

    public override string ToString() => $"POST {Describe(posts)}; DELETE {Describe(cancels)}";

    private async Task WorkAsync(int perSecond, IReadOnlyList<ApiUser> users)
    {
        var calls = new List<Task>();
        var random = new Random(7);
        var begun = Stopwatch.GetTimestamp();
        for (var i = 1; !isOver; i++)
        {
            var user = users[i % users.Count];
            calls.Add(PostAsync(user, DateTimeOffset.UtcNow.AddMilliseconds(random.Next(500, 3000))));
            if (i % PostsPerCancel == 0) calls.Add(CancelAsync(user));
            var wait = TimeSpan.FromSeconds((double)i / perSecond) - Stopwatch.GetElapsedTime(begun);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, CancellationToken.None);
        }

        await Task.WhenAll(calls);
    }

    private async Task PostAsync(ApiUser user, DateTimeOffset fireAt)
    {
        var begun = Stopwatch.GetTimestamp();
        var isTaken = await ledger.PostAsync(user, url, fireAt) is not null;
        posts.Enqueue(new(Stopwatch.GetElapsedTime(begun), isTaken));
    }

    private async Task CancelAsync(ApiUser user)
    {
        var begun = Stopwatch.GetTimestamp();
        using var response = await user.PostJobAsync(url, DateTimeOffset.UtcNow.AddHours(1), title: "to be cancelled");
        var isTaken = response.StatusCode == HttpStatusCode.Created;
        posts.Enqueue(new(Stopwatch.GetElapsedTime(begun), isTaken));
        if (!isTaken) return;

        var envelope = await response.Content.ReadFromJsonAsync<JsonElement>(CancellationToken.None);
        begun = Stopwatch.GetTimestamp();
        var (status, _) = await user.CancelAsync(envelope.GetProperty("data").GetProperty("id").GetGuid());
        cancels.Enqueue(new(Stopwatch.GetElapsedTime(begun), status == HttpStatusCode.OK));
    }

    private static string Describe(IReadOnlyCollection<Answer> answers)
    {
        var sorted = answers.Select(a => a.Took.TotalMilliseconds).Order().ToArray();
        return sorted.Length == 0
            ? "none"
            : $"{sorted.Length}, {answers.Count(a => !a.IsTaken)} refused, p50 {sorted[sorted.Length / 2]:0.0} ms, "
                + $"p99 {sorted[(int)(sorted.Length * 0.99)]:0.0} ms, max {sorted[^1]:0} ms";
    }

    /// <param name="IsTaken">201, or 200 to a cancellation; anything else is a refusal.</param>
    internal sealed record Answer(TimeSpan Took, bool IsTaken);
}
