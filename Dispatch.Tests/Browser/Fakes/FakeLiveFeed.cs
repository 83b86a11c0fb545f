using Dispatch.Web.Client.Live;

namespace Dispatch.Tests.Browser.Fakes;

/// <summary>Tells what the test says.</summary>
internal sealed class FakeLiveFeed : ILiveFeed
{
    private readonly Listeners listeners = new();

    public IDisposable Listen(Func<ChangeBatch, Task> onChange) => listeners.Add(onChange);

    public Task TellAsync(ChangeKind kind, Guid projectId) => listeners.TellAsync(new ChangeBatch([new Change(kind, projectId, null, null, 0)], LookAgain: false));
}
