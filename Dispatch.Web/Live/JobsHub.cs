using Dispatch.Live;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Live;
using Microsoft.AspNetCore.SignalR;

namespace Dispatch.Web.Live;

/// <summary>Tells a signed-in browser which of the person's jobs changed. It takes no calls.</summary>
internal sealed class JobsHub(
    JobFeed feed, SessionWatch sessions, IHubContext<JobsHub> hub, TimeProvider clock, ILogger<ChangeBatcher> log) : Hub
{
    public override Task OnConnectedAsync()
    {
        var browser = hub.Clients.Client(Context.ConnectionId);
        var batcher = new ChangeBatcher(batch => browser.SendAsync(HubLiveFeed.Changed, batch), clock, log);
        var subscription = feed.Subscribe(Context.User!.AccountId()!.Value, batcher.Add);
        Context.Items[typeof(Listening)] = new Listening(
            subscription, batcher, sessions.Watch(Context.User!.SessionId()!.Value, Context.Abort));
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        (Context.Items[typeof(Listening)] as Listening)?.End();
        return Task.CompletedTask;
    }

    private sealed record Listening(IDisposable Subscription, ChangeBatcher Batcher, IDisposable Watch)
    {
        public void End()
        {
            Watch.Dispose();
            Subscription.Dispose();
            Batcher.Dispose();
        }
    }
}
