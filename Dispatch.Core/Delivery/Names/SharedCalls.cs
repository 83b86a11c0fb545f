namespace Dispatch.Delivery.Names;

/// <summary>
/// Callers that ask for the same thing at the same time share the work. It is cancelled when the last of them has given up, and its result
/// is not kept.
/// </summary>
internal sealed class SharedCalls<TKey, TResult>(Func<TKey, CancellationToken, Task<TResult>> work)
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Call> calls = [];

    /// <summary>Work that somebody waits for.</summary>
    public int Running
    {
        get { lock (gate) return calls.Count; }
    }

    public async Task<TResult> GetAsync(TKey key, CancellationToken cancellation)
    {
        var call = Join(key);
        try
        {
            return await call.Result.WaitAsync(cancellation);
        }
        finally
        {
            Leave(key, call);
        }
    }

    private Call Join(TKey key)
    {
        lock (gate)
        {
            // What has ended is not joined, because its result may be old before its callers have taken it.
            if (!calls.TryGetValue(key, out var call) || call.HasEnded) calls[key] = call = new(over => work(key, over));
            call.Callers++;
            return call;
        }
    }

    private void Leave(TKey key, Call call)
    {
        lock (gate)
        {
            if (--call.Callers > 0) return;
            if (calls.GetValueOrDefault(key) == call) calls.Remove(key);
        }

        call.Dispose();
    }

    private sealed class Call : IDisposable
    {
        private readonly CancellationTokenSource over = new();
        private readonly Lazy<Task<TResult>> result;

        public Call(Func<CancellationToken, Task<TResult>> work) => result = new(() => work(over.Token));

        public int Callers { get; set; }

        /// <summary>The work, which the first to ask for it starts.</summary>
        public Task<TResult> Result => result.Value;

        public bool HasEnded => result.IsValueCreated && result.Value.IsCompleted;

        public void Dispose()
        {
            over.Cancel();
            over.Dispose();
        }
    }
}
