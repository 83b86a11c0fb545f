using Dispatch.Model;
using Dispatch.Writing;
using Dispatch.Writing.Verbs;

namespace Dispatch.Hosts;

/// <summary>Frees the jobs that a host held which is dead or about to end. Its attempts under way are recorded as interrupted.</summary>
internal sealed class JobRecovery(WriteQueue queue, HostIdentity host)
{
    /// <exception cref="StoreUnavailableException">The database does not take writes at the moment.</exception>
    public async Task<Recovery> RecoverAsync(HeldJobs held, CancellationToken stopping)
    {
        var (interrupted, freed) = (0, 0);
        int before;
        do
        {
            before = interrupted + freed;
            // In small pieces, because claims wait meanwhile.
            while (await queue.WriteAsync(new InterruptJobs(held)) is > 0 and var count) Add(ref interrupted, count, stopping);
            while (await queue.WriteAsync(new FreeJobs(held)) is > 0 and var count) Add(ref freed, count, stopping);
        }
        while (interrupted + freed > before);   // the last transaction of a dying host may be stored a moment later

        return new Recovery(interrupted, freed);
    }

    /// <summary>Frees a claim of this host that it does not know about, because the answer to its commit was lost.</summary>
    public Task<int> InterruptOrphanAsync(AlarmId claim) => queue.WriteAsync(new InterruptJobs(HeldJobs.One(claim, host.Id)));

    private static void Add(ref int total, int count, CancellationToken stopping)
    {
        total += count;
        stopping.ThrowIfCancellationRequested();
    }
}
