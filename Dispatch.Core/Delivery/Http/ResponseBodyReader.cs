using System.Buffers;
using System.Text;

namespace Dispatch.Delivery.Http;

/// <summary>Reads the part of an answer's body that the log keeps.</summary>
internal sealed class ResponseBodyReader : IDisposable
{
    /// <summary>The most bytes read; the rest of the body is not read.</summary>
    public const int MaxStoredBytes = 16 * 1024;

    public const string CutMark = "\n… [cut after 16 KiB]";

    // Most answers are short, and 16 KiB for each of thousands of hanging deliveries would cost much memory.
    private const int UsualBytes = 1024;

    // How long to wait for the end of a body that has reached the limit, because it may be exactly that long.
    private static readonly TimeSpan EndGrace = TimeSpan.FromMilliseconds(200);

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(UsualBytes);
    private int length;
    private bool ended;
    private bool cut;

    /// <summary>Reads up to <see cref="MaxStoredBytes"/>. After an exception, <see cref="Text"/> has the bytes that came before.</summary>
    /// <param name="limit">The attempt's time limit.</param>
    public async Task ReadAsync(HttpContent content, CancellationTokenSource limit)
    {
        var stream = await content.ReadAsStreamAsync(limit.Token);
        while (length < MaxStoredBytes)
        {
            if (length == buffer.Length) Grow();
            var read = await stream.ReadAsync(buffer.AsMemory(length, Math.Min(buffer.Length, MaxStoredBytes) - length), limit.Token);
            if (read == 0)
            {
                ended = true;
                return;
            }

            length += read;
        }

        ended = await EndsHereAsync(stream, limit);
        cut = !ended;
    }

    /// <summary>The body as UTF-8 with replacement characters, without NUL, which databases refuse.</summary>
    public string Text()
    {
        var characters = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(length));
        // Without a flush, the decoder leaves out an incomplete last character instead of replacing it.
        var count = Encoding.UTF8.GetDecoder().GetChars(buffer.AsSpan(0, length), characters, flush: ended);
        var text = new string(characters, 0, count).Replace("\0", "", StringComparison.Ordinal);
        ArrayPool<char>.Shared.Return(characters);
        return cut ? text + CutMark : text;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        length = 0;
    }

    private static async Task<bool> EndsHereAsync(Stream stream, CancellationTokenSource limit)
    {
        limit.CancelAfter(EndGrace);
        try
        {
            return await stream.ReadAsync(new byte[1], limit.Token) == 0;
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            return false;   // the kept bytes are here, so an error after them is no failure
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 4, MaxStoredBytes));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
