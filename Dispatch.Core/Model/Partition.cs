namespace Dispatch.Model;

/// <summary>
/// This host's part of the jobs that hosts on one database arm. All use the same rule, so that none fights another for a row; who sees the liveHosts otherwise for
/// a moment loses nothing but an UPDATE. By the millisecond of creation, because every database can compute it and jobs due at one instant spread over it.
/// </summary>
/// <param name="Index">From 0, in the order of the hosts' starts.</param>
/// <param name="Count">Living hosts, this one included.</param>
internal sealed record Partition(int Index, int Count)
{
    /// <summary>
    /// Milliseconds after which the ranks begin anew: a prime, for callers post at regular times, by a timer or in step with the system's tick. Where the number of
    /// hosts divides the time between two jobs, one host would get them all.
    /// </summary>
    public const long Cycle = 127;

    public static readonly Partition Whole = new(0, 1);

    /// <summary>True where a job created then is this host's to arm.</summary>
    /// <param name="createdAt">Milliseconds since the Unix epoch, UTC.</param>
    public bool Has(long createdAt) => createdAt % Cycle % Count == Index;
}
