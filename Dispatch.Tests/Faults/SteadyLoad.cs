using System.Diagnostics;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Posts at a steady rate, whatever becomes of it, until it is told to end. Each job is due half a second to three seconds after its post.
/// </summary>
internal sealed class SteadyLoad
{
    private readonly Task posting;
    private volatile bool isOver;

    /// <param name="user">Who posts, and through which host; asked each time.</param>
    public SteadyLoad(Ledger ledger, string url, int perSecond, Func<ApiUser> user) => posting = Task.Run(async () =>
    {
        var posts = new List<Task>();
        var random = new Random(7);
        var begun = Stopwatch.GetTimestamp();
        while (!isOver)
        {
            posts.Add(ledger.PostAsync(user(), url, DateTimeOffset.UtcNow.AddMilliseconds(random.Next(500, 3000))));
            var wait = TimeSpan.FromSeconds((double)posts.Count / perSecond) - Stopwatch.GetElapsedTime(begun);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, CancellationToken.None);
        }

        await Task.WhenAll(posts);
    });

    /// <summary>Ends it, and waits for the last answers.</summary>
    public Task EndAsync()
    {
        isOver = true;
        return posting;
    }
}
