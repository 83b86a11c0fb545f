using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Client.Live;

namespace Dispatch.Web.Client.Parts.Job;

/// <summary>What the page of a job has read.</summary>
internal sealed class JobReader(IDispatchApi api, Guid jobId)
{
    private readonly NewestReading readings = new();
    private Change? newest;

    public Guid JobId => jobId;

    public JobView? View { get; private set; }

    public ApiFailure? Failure { get; private set; }

    /// <summary>Takes what was read while the page was rendered on the host.</summary>
    public void Keep(JobView view) => View = view;

    public async Task ReadAsync()
    {
        var reading = readings.Begin();
        var result = await api.JobAsync(jobId);
        if (!readings.IsNewest(reading)) return;
        Failure = result.Failure;
        // A reading that began before the change may answer after it.
        if (result.Data is { } view) View = newest is null ? view : With(view, newest);
        newest = null;
    }

    /// <summary>Changes the lamp at once; true where the batch concerns this job, so that it is to be read again.</summary>
    public bool Apply(ChangeBatch batch)
    {
        var mine = batch.Changes.LastOrDefault(change => change.Kind == ChangeKind.Job && change.JobId == jobId);
        if (mine is not null)
        {
            newest = mine;
            if (View is not null) View = With(View, mine);
        }

        return mine is not null || batch.Invalidate
            || batch.Changes.Any(change => change.Kind == ChangeKind.Project && change.ProjectId == View?.Job.ProjectId);
    }

    private static JobView With(JobView view, Change change)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(change.At);
        if (view.Job.Status == change.Status || Instant.Parse(view.Job.UpdatedAt) > at) return view;
        return view with { Job = view.Job with { Status = change.Status!, NextAttemptAt = null, UpdatedAt = Instant.Format(at) } };
    }
}
