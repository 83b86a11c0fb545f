namespace Dispatch.Model;

/// <summary>Wakes the engine for one attempt of one job.</summary>
/// <param name="Destination">The receiver's <c>host:port</c>, the unit of fairness.</param>
/// <param name="DueAt">When the attempt is due, milliseconds since the Unix epoch, UTC.</param>
/// <param name="IsRetry">The job is FAILED and goes back to SCHEDULED first.</param>
internal sealed record Alarm(Guid JobId, Guid ProjectId, string Destination, long DueAt, bool IsRetry)
{
    public static string DestinationOf(string webhookUrl)
    {
        var url = new Uri(webhookUrl);
        return $"{url.Host}:{url.Port}";
    }
}
