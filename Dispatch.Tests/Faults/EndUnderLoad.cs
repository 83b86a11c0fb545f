using System.Collections.Concurrent;
using System.Net;

namespace Dispatch.Tests.Faults;

/// <summary>
/// A credential that is used by many callers at once while it ends: no call that starts after the end has returned may get through.
/// </summary>
internal static class EndUnderLoad
{
    /// <summary>Eight callers at once; in the midst of them, the end. Each call, and whether it began after the end had returned.</summary>
    public static async Task<IReadOnlyList<(bool After, HttpStatusCode Status)>> RunAsync(
        Func<Task<HttpResponseMessage>> call, Func<Task> end)
    {
        var calls = new ConcurrentQueue<(bool After, HttpStatusCode Status)>();
        var warm = new TaskCompletionSource();
        var ended = false;
        using var over = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                var after = Volatile.Read(ref ended);   // before the request starts
                using var response = await call();
                calls.Enqueue((after, response.StatusCode));
                if (calls.Count > 300) warm.TrySetResult();
            }
        }, CancellationToken.None)).ToArray();

        await warm.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await end();
        Volatile.Write(ref ended, true);
        while (calls.Count(c => c.After) < 200) await Task.Delay(10, TestContext.Current.CancellationToken);
        await over.CancelAsync();
        await Task.WhenAll(callers);
        return [.. calls];
    }

    public static void AssertDeadAtOnce(IReadOnlyList<(bool After, HttpStatusCode Status)> calls, HttpStatusCode success)
    {
        Assert.True(calls.Count(c => !c.After && c.Status == success) >= 250, "the load was not run");
        Assert.All(calls.Where(c => c.After), c => Assert.Equal(HttpStatusCode.Unauthorized, c.Status));
        Assert.DoesNotContain(calls, c => c.Status != success && c.Status != HttpStatusCode.Unauthorized);
    }
}
