using System.IO.Pipelines;

namespace Dispatch.Web.Connections;

/// <summary>
/// A connection's way out, which knows since when it waits for the client. Kestrel's own limit, <c>MinResponseDataRate</c>, gives a
/// connection time for every byte it ever sent, those in the system's buffers too: whoever stops reading after a megabyte is kept for more
/// than an hour at its default of 240 bytes a second.
/// </summary>
internal sealed class WatchedOutput(PipeWriter inner) : PipeWriter
{
    // A slow telephone takes 2 KB a second. What is flushed at once is a few KB, unless an answer is made in one piece.
    private const int SlowBytesPerMs = 2;

    private long waitingSince;   // 0: not waiting
    private long allowance;
    private long unflushed;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    /// <summary>The client has taken too little for so many milliseconds.</summary>
    public bool IsStuck(long limitMs)
    {
        var since = Volatile.Read(ref waitingSince);
        return since != 0 && Environment.TickCount64 - since > Math.Max(limitMs, Volatile.Read(ref allowance));
    }

    public override void Advance(int bytes)
    {
        unflushed += bytes;
        inner.Advance(bytes);
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        Watch(inner.FlushAsync(cancellationToken));

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        unflushed += source.Length;
        return Watch(inner.WriteAsync(source, cancellationToken));
    }

    private ValueTask<FlushResult> Watch(ValueTask<FlushResult> flush)
    {
        var bytes = unflushed;
        unflushed = 0;
        return flush.IsCompleted ? flush : WaitAsync(flush, bytes);
    }

    private async ValueTask<FlushResult> WaitAsync(ValueTask<FlushResult> flush, long bytes)
    {
        Volatile.Write(ref allowance, bytes / SlowBytesPerMs);
        Volatile.Write(ref waitingSince, Environment.TickCount64);
        try
        {
            return await flush.ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref waitingSince, 0);
        }
    }
}
