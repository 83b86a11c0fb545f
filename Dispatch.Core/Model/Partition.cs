namespace Dispatch.Model;

/// <summary>
/// This host's part of the jobs that the hosts of one database arm, so that they do not compete for rows. It goes by the millisecond of
/// creation, because every database can compute it. Two hosts that disagree on the living hosts lose only an UPDATE.
/// </summary>
/// <param name="Index">From 0, in the order of the hosts' starts.</param>
/// <param name="Count">Living hosts, this one included.</param>
internal sealed record Partition(int Index, int Count)
{
    /// <summary>ms. A prime, because one host would get all jobs of a regular caller if the number of hosts divided the interval.</summary>
    public const long Cycle = 127;

    public static readonly Partition Whole = new(0, 1);

    /// <summary>True if this host arms a job created at that time (milliseconds since the Unix epoch, UTC).</summary>
    public bool Has(long createdAt) => createdAt % Cycle % Count == Index;
}
