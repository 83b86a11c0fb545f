using System.Net;
using Dispatch.Delivery.Http;
using Dispatch.Delivery.Names;
using Dispatch.Delivery.Targets;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Signing;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;

namespace Dispatch.Tests.Delivery;

/// <summary>What the sender's tests share: a short limit, loopback opened, one request.</summary>
public abstract class SenderTest
{
    internal static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(700);
    internal static readonly TimeSpan Ample = TimeSpan.FromSeconds(20);

    internal static WebhookSender Sender(
        TimeSpan? limit = null, bool openLoopback = true, ResolveHost? resolve = null, params string[] allowed)
    {
        var options = new DeliveryOptions
        {
            Timeout = limit ?? Ample,
            AllowedNetworks = [.. allowed.Select(network => IPNetwork.Parse(network))]
        };
        return new(options, new(options, openLoopback), TimeProvider.System, resolve);
    }

    internal static WebhookRequest Request(Uri url) =>
        WebhookRequest.For(
            new Job
            {
                Id = Guid.CreateVersion7(), Title = "A title",
                WebhookUrl = url.OriginalString, Payload = """{"n": 1.0}"""u8.ToArray()
            },
            ["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="], TimeProvider.System.NowMs());

    /// <summary>One attempt against that receiver, with a sender of its own.</summary>
    internal static async Task<AttemptReport> SendAsync(HostileReceiver receiver, TimeSpan? limit = null)
    {
        using var sender = Sender(limit);
        return await sender.SendAsync(Request(receiver.Url), TestContext.Current.CancellationToken);
    }

    internal static string Answer(string status, string body = "", string headers = "") =>
        $"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\n{headers}\r\n{body}";

    private protected static void AssertBroken(AttemptReport report, string sentence)
    {
        Assert.Equal(new DeliveryOutcome.Broken(sentence, null, null), report.Outcome);
        Assert.False(report.Outcome.Succeeded);
    }
}
