using Dispatch.Fairness;

namespace Dispatch.Reading;

/// <summary>
/// One caller's turn to read. It has two parts: a place among the reads at work, until <see cref="EndRead"/>, and the memory of the answer,
/// until <see cref="Dispose"/>, which comes when the answer is written.
/// </summary>
/// <param name="threads">Null: reads do not block, and need no thread of their own.</param>
internal sealed class ReadTurn(ReaderThreads? threads) : IDisposable
{
    public Permit? Answer { get; set; }

    public Permit? Search { get; set; }

    public Permit? Place { get; set; }

    /// <summary>Carries out the read, away from the threads that accept and fire.</summary>
    public Task RunAsync(Func<Task> read) => threads is null ? read() : StartAsync(threads, read).Unwrap();

    /// <inheritdoc cref="RunAsync(Func{Task})"/>
    public Task<TResult> RunAsync<TResult>(Func<Task<TResult>> read) => threads is null ? read() : StartAsync(threads, read).Unwrap();

    /// <summary>The next read may begin, because this one has what it wants and only writes its answer.</summary>
    public void EndRead()
    {
        Place?.Dispose();
        Search?.Dispose();
    }

    public void Dispose()
    {
        EndRead();
        Answer?.Dispose();
    }

    private static Task<TTask> StartAsync<TTask>(TaskScheduler threads, Func<TTask> read) =>
        Task.Factory.StartNew(read, CancellationToken.None, TaskCreationOptions.None, threads);
}
