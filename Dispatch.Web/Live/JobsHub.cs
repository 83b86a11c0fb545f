using Dispatch.Jobs;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Live;
using Microsoft.AspNetCore.SignalR;

namespace Dispatch.Web.Live;

/// <summary>Tells a signed-in browser which of the person's jobs changed. It takes no calls.</summary>
internal sealed class JobsHub(JobFeed feed, IHubContext<JobsHub> hub, TimeProvider clock) : Hub
{
    public override Task OnConnectedAsync()
    {
        var browser = hub.Clients.Client(Context.ConnectionId);
        var batcher = new ChangeBatcher(batch => browser.SendAsync(HubLiveFeed.Changed, batch), clock);
        Context.Items[typeof(Listening)] = new Listening(feed.Subscribe(Context.User!.AccountId()!.Value, batcher.Add), batcher);
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        (Context.Items[typeof(Listening)] as Listening)?.End();
        return Task.CompletedTask;
    }

    private sealed record Listening(IDisposable Subscription, ChangeBatcher Batcher)
    {
        public void End()
        {
            Subscription.Dispose();
            Batcher.Dispose();
        }
    }
}
