using Dispatch.Web.Client.Live;

namespace Dispatch.Tests.Browser.Fakes;

/// <summary>Tells what the test says.</summary>
internal sealed class FakeLiveFeed : ILiveFeed
{
    private readonly Listeners listeners = new();

    public IDisposable Listen(Func<ChangeBatch, Task> onChange) => listeners.Add(onChange);

    public Task TellAsync(ChangeKind kind, Guid projectId) =>
        listeners.TellAsync(new ChangeBatch([new Change(kind, projectId, null, null, 0)], Invalidate: false));

    public Task TellJobAsync(Guid projectId, Guid jobId, string status, long at) =>
        TellAsync(new ChangeBatch([new Change(ChangeKind.Job, projectId, jobId, status, at)], Invalidate: false));

    public Task TellAsync(ChangeBatch batch) => listeners.TellAsync(batch);
}
