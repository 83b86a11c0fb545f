using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Live;

namespace Dispatch.Web.Client.Parts.Jobs;

/// <summary>
/// What the jobs page has read. A new question ends the reading under way; the page keeps what was read before until the answer is there.
/// </summary>
internal sealed class GridReader(IDispatchApi api) : IDisposable
{
    // Changes of the rows in sight since the last reading: one that began before a change may answer after it, with the old status.
    private readonly Dictionary<Guid, Change> newest = [];
    private CancellationTokenSource? underWay;

    public JobGrid? Grid { get; private set; }

    /// <summary>What <see cref="Grid"/> answers.</summary>
    public JobsQuery? Answered { get; private set; }

    public ApiFailure? Failure { get; private set; }

    /// <summary>A question that a person asked is under way.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Takes what was read while the page was rendered on the host.</summary>
    public void Keep(JobsQuery query, JobGrid grid) => (Answered, Grid) = (query, grid);

    /// <summary>Asks for a person. False where a newer question took its place.</summary>
    public Task<bool> AskAsync(JobsQuery query)
    {
        IsBusy = true;
        return ReadAsync(query);
    }

    /// <summary>
    /// Asks once more for what is shown. False if a person's question is under way, which must not wait for ever behind changes.
    /// </summary>
    public Task<bool> AskAgainAsync() => IsBusy || Answered is null ? Task.FromResult(false) : ReadAsync(Answered);

    /// <summary>Changes the lamps in sight at once; true where the batch concerns what is shown, so that it is to be read again.</summary>
    public bool Apply(ChangeBatch batch)
    {
        var concerns = batch.Invalidate;
        foreach (var change in batch.Changes)
        {
            if (change is not { Kind: ChangeKind.Job, JobId: { } id }) continue;
            if (Answered?.ProjectId is { } project && project != change.ProjectId) continue;
            concerns = true;
            if (Grid?.Jobs.Any(row => row.Id == id) == true) newest[id] = change;
        }

        if (Grid is not null && newest.Count > 0) Grid = WithNewest(Grid);
        return concerns;
    }

    public void Dispose() => underWay?.Cancel();

    private async Task<bool> ReadAsync(JobsQuery query)
    {
        using var mine = new CancellationTokenSource();
        var before = underWay;
        underWay = mine;   // first, for the reading before may end within Cancel and must find itself replaced
        before?.Cancel();
        try
        {
            var result = await api.JobsAsync(query, mine.Token);
            if (underWay != mine) return false;
            Failure = result.Failure;
            if (result.Data is { } grid) (Answered, Grid) = (query, WithNewest(grid));
            newest.Clear();
            return true;
        }
        catch (OperationCanceledException) when (mine.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            if (underWay == mine) (underWay, IsBusy) = (null, false);
        }
    }

    private JobGrid WithNewest(JobGrid grid) =>
        grid with { Jobs = [.. grid.Jobs.Select(row => newest.TryGetValue(row.Id, out var change) ? With(row, change) : row)] };

    private static JobRow With(JobRow row, Change change)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(change.At);
        if (row.Status == change.Status || Instant.Parse(row.UpdatedAt) > at) return row;
        return row with { Status = change.Status!, NextAttemptAt = null, UpdatedAt = Instant.Format(at) };
    }
}
