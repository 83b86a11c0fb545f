using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Dispatch.Bench.Contestants;

/// <summary>
/// Counts what is appended to SQLite's write-ahead log, which begins anew in the same file after each checkpoint. Its size says nothing
/// therefore, and what the system counts for the process (<c>write_bytes</c>) holds the checkpoints as well. So frames are counted: each
/// carries the salts of its generation of the log, and what a generation wrote last stands behind the first frames of the next one until
/// those reach it (https://www.sqlite.org/fileformat2.html#the_write_ahead_log).
/// </summary>
internal sealed class SqliteLog
{
    private const int LogHeader = 32;
    private const int FrameHeader = 24;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);

    private readonly string file;
    private readonly Task watching;
    private volatile bool stops;
    private Generation current;
    private int pageSize;
    private long frames;   // of the current generation
    private long bytes;
    private long commits;

    /// <summary>Begins to count.</summary>
    public SqliteLog(string file)
    {
        this.file = file;
        Look();
        (bytes, commits) = (0, 0);   // what the log held before
        watching = Task.Factory.StartNew(Watch, TaskCreationOptions.LongRunning);
    }

    /// <summary>How many bytes were appended, headers included, by how many transactions.</summary>
    public async Task<(long Bytes, long Commits)> StopAsync()
    {
        stops = true;
        await watching;
        return (bytes, commits);
    }

    private void Watch()
    {
        while (!stops)
        {
            Look();
            Thread.Sleep(BetweenLooks);
        }

        Look();
    }

    private void Look()
    {
        using var log = File.OpenHandle(file, share: FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[LogHeader];
        if (RandomAccess.Read(log, header, 0) < LogHeader) throw new InvalidOperationException($"{file} is empty.");
        var now = Generation.Read(header[16..]);
        if (now == current || pageSize == 0)
        {
            (current, pageSize) = (now, (int)BinaryPrimitives.ReadUInt32BigEndian(header[8..]));
            Advance(log);
            return;
        }

        Advance(log);
        var before = frames;
        if (now.Salt != unchecked(current.Salt + 1)) throw new InvalidOperationException("A generation of SQLite's log was missed.");
        (current, frames, bytes) = (now, 0, bytes + LogHeader);
        Advance(log);
        if (frames > before) throw new InvalidOperationException("SQLite's log was looked at too late.");
    }

    private void Advance(SafeFileHandle log)
    {
        Span<byte> header = stackalloc byte[FrameHeader];
        while (RandomAccess.Read(log, header, LogHeader + (frames * (FrameHeader + pageSize))) == FrameHeader
            && Generation.Read(header[8..]) == current)
        {
            frames++;
            bytes += FrameHeader + pageSize;
            if (BinaryPrimitives.ReadUInt32BigEndian(header[4..]) > 0) commits++;   // the database's size, in a transaction's last frame
        }
    }

    /// <param name="Salt">One more than that of the generation before.</param>
    private readonly record struct Generation(uint Salt, uint RandomSalt)
    {
        public static Generation Read(ReadOnlySpan<byte> salts) =>
            new(BinaryPrimitives.ReadUInt32BigEndian(salts), BinaryPrimitives.ReadUInt32BigEndian(salts[4..]));
    }
}
