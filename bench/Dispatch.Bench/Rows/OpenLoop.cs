using System.Diagnostics;
using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Rows;

/// <summary>How long a <c>POST</c> took, and why it was refused; null: it was accepted.</summary>
internal readonly record struct Posted(double Ms, string? Refusal);

/// <summary>Evenly spaced posts: who is slow to answer does not slow the next ones down.</summary>
internal static class OpenLoop
{
    /// <summary>Returns when the last one was answered.</summary>
    public static async Task<Posted[]> RunAsync(int rate, TimeSpan duration, Func<Task> postAsync)
    {
        var posts = new Task<Posted>[(int)(rate * duration.TotalSeconds)];
        await Task.Factory.StartNew(
            () =>
            {
                var begun = Stopwatch.GetTimestamp();
                for (var i = 0; i < posts.Length; i++)
                {
                    PreciseWait.Until(begun + (i * Stopwatch.Frequency / rate));
                    posts[i] = PostAsync(postAsync);
                }
            },
            TaskCreationOptions.LongRunning);
        return await Task.WhenAll(posts);
    }

    /// <summary>Each job due so long after its post. How long each post took in ms.</summary>
    /// <exception cref="InvalidOperationException">One was refused.</exception>
    public static async Task<double[]> AcceptedAsync(Contestant contestant, int rate, TimeSpan duration, TimeSpan ahead)
    {
        var posts = await RunAsync(rate, duration, () => contestant.PostAsync(Clock.NowMs() + (long)ahead.TotalMilliseconds));
        var refused = posts.Where(post => post.Refusal is not null).ToArray();
        return refused.Length == 0
            ? [.. posts.Select(post => post.Ms)]
            : throw new InvalidOperationException($"{refused.Length} of {posts.Length} posts were refused: {refused[0].Refusal}");
    }

    private static async Task<Posted> PostAsync(Func<Task> postAsync)
    {
        var begun = Stopwatch.GetTimestamp();
        string? refusal = null;
        try
        {
            await postAsync();
        }
        catch (Exception exception) when (exception is InvalidOperationException or HttpRequestException or TaskCanceledException)
        {
            refusal = exception.Message;
        }

        return new Posted(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, refusal);
    }
}
