namespace Dispatch.Web.Client.Live;

/// <summary>Who listens to a feed.</summary>
public sealed class Listeners
{
    private readonly Lock gate = new();
    private readonly List<Func<ChangeBatch, Task>> all = [];

    public IDisposable Add(Func<ChangeBatch, Task> listener)
    {
        lock (gate) all.Add(listener);
        return new Removal(this, listener);
    }

    public Task TellAsync(ChangeBatch batch)
    {
        Func<ChangeBatch, Task>[] now;
        lock (gate) now = [.. all];
        return Task.WhenAll(now.Select(async listener => await listener(batch)));   // one that throws at once leaves the others theirs
    }

    private sealed class Removal(Listeners listeners, Func<ChangeBatch, Task> listener) : IDisposable
    {
        public void Dispose()
        {
            lock (listeners.gate) listeners.all.Remove(listener);
        }
    }
}
