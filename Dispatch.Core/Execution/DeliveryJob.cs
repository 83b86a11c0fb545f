using Dispatch.Delivery;
using Hangfire;

namespace Dispatch.Execution;

/// <summary>
/// What Hangfire stores for a job: the entry method and its arguments. The type's, the method's and the parameters' names are part of
/// stored data: never rename them.
/// </summary>
public sealed class DeliveryJob
{
    private readonly DeliveryRunner runner;

    internal DeliveryJob(DeliveryRunner runner) => this.runner = runner;

    /// <summary>Delivers once. A failed attempt leaves as <see cref="DeliveryFailedException"/>, which <see cref="RetryLadderFilter"/> understands.</summary>
    /// <param name="dueAt">Milliseconds since the Unix epoch, UTC.</param>
    [JobDisplayName("Deliver {0} to {2}")]
    public async Task DeliverAsync(Guid jobId, Guid projectId, string destination, long dueAt, bool isRetry)
    {
        var failed = await runner.RunAsync(new Alarm(jobId, projectId, destination, dueAt, isRetry));
        if (failed is not null) throw failed;
    }
}
