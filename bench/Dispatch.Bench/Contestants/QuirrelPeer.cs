namespace Dispatch.Bench.Contestants;

/// <summary>
/// Quirrel's server, asked as its own client does (<c>POST /queues/{endpoint}</c>): anything in front of it would be one more hop.
/// It delivers the body's text as it is.
/// </summary>
internal sealed class QuirrelPeer(PeerDescription description) : Peer(description)
{
    protected override string ReadyPath => "/health";

    protected override HttpRequestMessage Request(string webhookUrl, long dueAtMs) =>
        new(HttpMethod.Post, Queue(webhookUrl)) { Content = Json(Job(dueAtMs)) };

    protected override HttpRequestMessage BatchRequest(string webhookUrl, long[] dueAtMs) =>
        new(HttpMethod.Post, $"{Queue(webhookUrl)}/batch") { Content = Json($"[{string.Join(',', dueAtMs.Select(Job))}]") };

    private string Queue(string webhookUrl) => $"{Url}/queues/{Uri.EscapeDataString(webhookUrl)}";

    private static string Job(long dueAtMs)
    {
        var text = $$$"""{\"jobId\":\"{{{Guid.CreateVersion7()}}}\",\"title\":\"bench\",\"payload\":"""
            + $$$"""{\"at\":{{{dueAtMs}}},\"userId\":\"usr_812\",\"plan\":\"pro\"}}""";
        return $$"""{"body":"{{text}}","runAt":"{{Clock.Rfc3339(dueAtMs)}}"}""";
    }
}
