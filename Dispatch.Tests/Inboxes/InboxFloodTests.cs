using System.Net;
using System.Text;
using Dispatch.Inboxes;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Inboxes;

namespace Dispatch.Tests.Inboxes;

/// <summary>What one account's inboxes receive costs the others nothing.</summary>
public sealed class InboxFloodTests
{
    private const int Big = 256 * 1024;

    [Fact]
    public async Task The_memory_for_bodies_is_shared_and_who_has_too_many_is_told_to_come_later()
    {
        var limits = new InboxLimits();
        var (flooder, other, project) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var held = new List<IDisposable>();
        while (await Reserve(flooder) is { } room) held.Add(room);   // the last one has waited for two seconds
        Assert.InRange(held.Count, 50, 64);   // half of 32 MB

        using (var others = await Reserve(other)) Assert.NotNull(others);
        var next = Reserve(flooder).AsTask();
        held[0].Dispose();
        Assert.NotNull(await next);

        ValueTask<Dispatch.Fairness.Permit?> Reserve(Guid account) =>
            limits.ReserveAsync(account, project, Big, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_flood_of_one_account_drops_nothing_of_another_one()
    {
        await using var host = await TestHost.StartAsync();
        using var other = await InboxUser.SignUpAsync(host.Url);
        using var flooder = await InboxUser.SignUpAsync(host.Url);
        var inboxes = new List<string> { flooder.Url };
        while (inboxes.Count < 4)
        {
            using var more = await flooder.AddProjectAsync(host.Url);
            inboxes.Add(more.Url);
        }

        using var enough = new CancellationTokenSource();
        var body = Encoding.ASCII.GetBytes(new string('x', Big));
        var flood = Enumerable.Range(0, 32).Select(async n =>
        {
            while (!enough.IsCancellationRequested) await flooder.SendAsync(HttpMethod.Post, body, inboxes[n % inboxes.Count]);
        }).ToArray();
        for (var n = 0; n < 40; n++) Assert.Equal(HttpStatusCode.OK, await other.PostAsync($$"""{"n":{{n}}}"""));
        await enough.CancelAsync();
        await Task.WhenAll(flood);

        Assert.Equal(
            Enumerable.Range(0, 40).Select(n => $$"""{"n":{{n}}}""").Reverse(),
            (await other.RequestsAsync()).Select(request => request.GetProperty("body").GetString()));
    }

    [Fact]
    public async Task An_inbox_that_was_looked_up_before_is_changed_and_deleted_at_once()
    {
        await using var host = await TestHost.StartAsync();
        using var user = await InboxUser.SignUpAsync(host.Url);
        Assert.Equal(HttpStatusCode.OK, await user.PostAsync("{}"));
        await user.AnswerWithAsync(202);
        Assert.Equal(HttpStatusCode.Accepted, await user.PostAsync("{}"));

        var old = (await host.Service<InboxStore>().FindAsync(user.Url[^32..], CancellationToken.None))!.Secrets;
        await user.Api.DataAsync(HttpMethod.Post, $"projects/{user.Api.ProjectId}/signing-secret/rotate");
        var now = (await host.Service<InboxStore>().FindAsync(user.Url[^32..], CancellationToken.None))!.Secrets;
        Assert.Equal((1, 2), (old.Count, now.Count));

        using var deleted = await user.Api.SendAsync(HttpMethod.Delete, $"projects/{user.Api.ProjectId}");
        Assert.True(deleted.IsSuccessStatusCode);
        Assert.Equal(HttpStatusCode.NotFound, await user.PostAsync("{}"));
    }
}
