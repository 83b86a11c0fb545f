namespace Dispatch.Model;

/// <summary>
/// Tells a job's alarms apart. Both numbers only grow, so of two alarms of a job the one with the lower numbers is stale: its claim changes
/// nothing, whenever it rings.
/// </summary>
/// <param name="Attempt">The attempts that were started when the alarm was set (<see cref="Job.Attempt"/>).</param>
/// <param name="Generation">The moves of the job until then (<see cref="Job.Generation"/>).</param>
internal readonly record struct AlarmId(Guid JobId, int Attempt, int Generation)
{
    /// <summary>The alarm that follows if this one's attempt fails: its claim has raised the number of attempts.</summary>
    public AlarmId AfterClaim => this with { Attempt = Attempt + 1 };

    /// <summary>The alarm whose claim has raised the number of attempts to this one's.</summary>
    public AlarmId BeforeClaim => this with { Attempt = Attempt - 1 };

    public bool IsOlderThan(AlarmId other) => (Generation, Attempt).CompareTo((other.Generation, other.Attempt)) < 0;
}

/// <summary>Wakes the engine for one attempt of one job.</summary>
/// <param name="Destination">See <see cref="DestinationOf"/>.</param>
/// <param name="DueAt">When the attempt is due, milliseconds since the Unix epoch, UTC.</param>
/// <param name="IsRetry">The job is FAILED and goes back to SCHEDULED first.</param>
/// <param name="Attempt"><inheritdoc cref="AlarmId" path="/param[@name='Attempt']"/></param>
/// <param name="Generation"><inheritdoc cref="AlarmId" path="/param[@name='Generation']"/></param>
internal sealed record Alarm(
    Guid JobId, Guid AccountId, Guid ProjectId, string Destination, long DueAt, bool IsRetry, int Attempt, int Generation)
{
    public AlarmId Id => new(JobId, Attempt, Generation);

    /// <summary>The alarm of the attempt that follows when this one's has failed.</summary>
    /// <param name="dueAt">Milliseconds since the Unix epoch, UTC.</param>
    public Alarm ForRetry(long dueAt) => this with { DueAt = dueAt, IsRetry = true, Attempt = Id.AfterClaim.Attempt };

    /// <summary>
    /// The receiver's <c>host:port</c>, the unit of fairness; for what may be an inbox of this host, the URL without its query. Only the
    /// host that delivers knows its own addresses (<c>OwnInbox</c>), and it may be another one, or not listen yet.
    /// </summary>
    public static string DestinationOf(string webhookUrl)
    {
        var url = new Uri(webhookUrl);
        return InboxToken.Ends(url.AbsolutePath) ? url.GetLeftPart(UriPartial.Path) : HostAndPort(url);
    }

    public static string HostAndPort(Uri url) => $"{url.Host}:{url.Port}";
}
