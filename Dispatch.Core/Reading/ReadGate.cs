using Dispatch.Data;
using Dispatch.Fairness;
using Dispatch.Settings;

namespace Dispatch.Reading;

/// <summary>
/// Lets in what callers read by the API and by the dashboard: few at once, and shared out per account, so that nobody's reading makes
/// others' reading, or anybody's accepting and firing, late. What accepting and firing read themselves does not pass it.
/// </summary>
internal sealed class ReadGate : IDisposable
{
    /// <summary>How long a caller waits for its turn.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Each is a process of PostgreSQL that competes with the one that stores and claims.
    private const int PlacesOnServer = 4;

    private const int AttemptBytes = 32 * 1024;   // of each attempt, up to 16 KiB of the receiver's answer are kept

    private readonly FairLimiter answers;
    private readonly FairLimiter searches;
    private readonly FairLimiter places;
    private readonly ReaderThreads? threads;
    private readonly int maxAnswer;
    private readonly DeliveryOptions delivery;
    private readonly TimeProvider clock;

    public ReadGate(ReadingOptions options, DatabaseOptions database, DeliveryOptions delivery, TimeProvider clock)
    {
        (this.delivery, this.clock) = (delivery, clock);
        var inProcess = database.Provider.ServesOneHost();
        var count = options.MaxConcurrency ?? (inProcess ? 2 * Environment.ProcessorCount : PlacesOnServer);
        places = new FairLimiter(new(count));
        // A processor is left for others, on the database's machine as well.
        searches = new FairLimiter(new(Math.Max(1, Environment.ProcessorCount / 2)));
        answers = new FairLimiter(new(options.MaxAnswerBytes));
        maxAnswer = options.MaxAnswerBytes / 4;
        if (inProcess) threads = new ReaderThreads(count);
    }

    /// <summary>True if nobody reads or waits; for tests.</summary>
    public bool IsEmpty => answers.Tracked + searches.Tracked + places.Tracked == 0;

    /// <summary>Waits for a turn. Null: there was none within <see cref="Patience"/>.</summary>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async Task<ReadTurn?> EnterAsync(Guid accountId, ReadKind kind, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        var share = Share.Of(accountId);
        var turn = new ReadTurn(threads);
        try
        {
            turn.Answer = await answers.EnterAsync(share, BytesOf(kind), either.Token);
            // Before the place, so that searches that wait hold no place.
            if (kind == ReadKind.Search) turn.Search = await searches.EnterAsync(share, either.Token);
            turn.Place = await places.EnterAsync(share, either.Token);
            return turn;
        }
        catch (OperationCanceledException)
        {
            turn.Dispose();
            if (cancellation.IsCancellationRequested) throw;
            return null;
        }
    }

    public void Dispose() => threads?.Dispose();

    // Estimates: of the rows as they were read and of what is made from them until it is written.
    private int BytesOf(ReadKind kind) => Math.Min(maxAnswer, kind switch
    {
        ReadKind.Small => 16 * 1024,
        ReadKind.List or ReadKind.Search => 256 * 1024,
        ReadKind.Job => (4 * delivery.MaxPayloadBytes) + (delivery.MaxAttempts * AttemptBytes),
        ReadKind.Inbox => maxAnswer,
    });
}
