using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace Dispatch.Web.Inboxes;

/// <summary>A body, as much of it as is wanted.</summary>
/// <param name="Bytes">At most the limit.</param>
/// <param name="HasMore">It was longer.</param>
internal sealed record InboxBody(byte[] Bytes, bool HasMore)
{
    private const int Chunk = 16 * 1024;

    /// <summary>The most bytes that <see cref="ReadAsync"/> will return, known before the first one is read.</summary>
    public static int MostOf(HttpRequest request, int limit) => request.ContentLength switch
    {
        { } length => (int)Math.Min(length, limit),
        null when request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false } => 0,
        null => limit,
    };

    /// <summary>Reads at most <paramref name="limit"/> bytes and one more, which shows that there are more.</summary>
    public static async Task<InboxBody> ReadAsync(HttpRequest request, int limit, CancellationToken cancellation)
    {
        // Ours is far below the server's limit, which would refuse the request before its first byte.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;

        return request.ContentLength is { } length
            ? await ReadKnownAsync(request, length, limit, cancellation)
            : await ReadChunksAsync(request, limit, cancellation);
    }

    private static async Task<InboxBody> ReadKnownAsync(HttpRequest request, long length, int limit, CancellationToken cancellation)
    {
        var bytes = new byte[MostOf(request, limit)];
        await request.Body.ReadExactlyAsync(bytes, cancellation);
        return new InboxBody(bytes, HasMore: length > limit);
    }

    private static async Task<InboxBody> ReadChunksAsync(HttpRequest request, int limit, CancellationToken cancellation)
    {
        using var kept = new MemoryStream();
        var chunk = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            while (kept.Length <= limit)
            {
                var wanted = chunk.AsMemory(0, Math.Min(Chunk, limit + 1 - (int)kept.Length));
                if (await request.Body.ReadAsync(wanted, cancellation) is not (> 0 and var read)) break;
                kept.Write(chunk, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        var hasMore = kept.Length > limit;
        if (hasMore) kept.SetLength(limit);
        return new InboxBody(kept.ToArray(), hasMore);
    }
}
