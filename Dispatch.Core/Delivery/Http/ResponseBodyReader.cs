using System.Buffers;
using System.Text;

namespace Dispatch.Delivery.Http;

/// <summary>The part of an answer's body that the log keeps.</summary>
internal sealed class ResponseBodyReader : IDisposable
{
    /// <summary>Bytes that are kept; what comes after them is not even read.</summary>
    public const int KeptBytes = 16 * 1024;

    /// <summary>Stands where a body was cut.</summary>
    public const string CutMark = "\n… [cut after 16 KiB]";

    // Most answers are a line or nothing; with thousands of deliveries hanging in their bodies, 16 KiB each would be felt.
    private const int UsualBytes = 1024;

    // How long to look for the end of a body that has just reached the limit: it may be exactly that long.
    private static readonly TimeSpan EndGrace = TimeSpan.FromMilliseconds(200);

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(UsualBytes);
    private int length;
    private bool ended;
    private bool cut;

    /// <summary>Reads until the body ends or <see cref="KeptBytes"/> have come. What came before a failure stays readable as <see cref="Text"/>.</summary>
    /// <param name="limit">The attempt's time limit.</param>
    public async Task ReadAsync(HttpContent content, CancellationTokenSource limit)
    {
        var stream = await content.ReadAsStreamAsync(limit.Token);
        while (length < KeptBytes)
        {
            if (length == buffer.Length) Grow();
            var read = await stream.ReadAsync(buffer.AsMemory(length, Math.Min(buffer.Length, KeptBytes) - length), limit.Token);
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

    /// <summary>The body as UTF-8 with replacement characters, without NUL (databases refuse it), marked where it was cut.</summary>
    public string Text()
    {
        var characters = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(length));
        // Without a flush, a character whose last bytes are missing is left out rather than replaced.
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
            return false;   // all that is kept is here, so whatever the rest does is no failure
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 4, KeptBytes));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
