namespace Dispatch.Writing;

/// <summary>
/// Lets the threads of <see cref="WriteQueue"/> write one after the other if the database takes one transaction at a time, as SQLite does:
/// its own wait for the lock sleeps up to 100 ms. On a server they write at once.
/// </summary>
internal sealed class WriteTurn
{
    private readonly Lock turn = new();

    public bool IsShared { get; set; } = true;

    /// <summary>Blocks until the work is done.</summary>
    public void Run(Action work)
    {
        if (!IsShared)
        {
            work();
            return;
        }

        lock (turn) work();
    }
}
