using Dispatch.Fairness;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Api;

/// <summary>
/// Bounds the memory of jobs that are being accepted, from before the body is read until the job is stored, and shares it per account: one
/// that sends many large jobs at once waits in turn, and the others do not.
/// </summary>
internal sealed class JobBodyLimit(JobRequestReader reader)
{
    /// <summary>A body of at most so many bytes needs no room: what it costs is a small part of its connection's memory.</summary>
    private const int Small = 16 * 1024;

    private const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>The body as it arrives, and its payload until it is stored.</summary>
    private const int Copies = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly FairLimiter bytes = new(new FairLimits(MaxBytes));

    public static Failure Busy { get; } = new(
        503,
        "Too many large jobs of this account are being read at the moment; try again",
        new ApiError("busy"),
        RetryAfter: TimeSpan.FromSeconds(1));

    /// <summary>Room for the request's body; dispose it when the job is stored. Null: there was none for five seconds.</summary>
    public ValueTask<IDisposable?> ReserveAsync(HttpRequest request, Share share) => request.ContentLength switch
    {
        <= Small => new(NoRoomNeeded.Instance),
        { } length when length > reader.Limit => new(NoRoomNeeded.Instance),   // it is refused unread
        { } length => WaitAsync(request, share, (int)length),
        null => WaitAsync(request, share, reader.Limit),
    };

    private async ValueTask<IDisposable?> WaitAsync(HttpRequest request, Share share, int length) =>
        await bytes.TryEnterAsync(share, length * Copies, Patience, request.HttpContext.RequestAborted);

    private sealed class NoRoomNeeded : IDisposable
    {
        public static readonly NoRoomNeeded Instance = new();

        public void Dispose()
        {
        }
    }
}
