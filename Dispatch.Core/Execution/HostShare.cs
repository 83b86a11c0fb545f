namespace Dispatch.Execution;

/// <summary>
/// This host's part of the jobs that hosts on one database arm. All use the same rule, so that none fights another for a row; who sees the fleet otherwise for
/// a moment loses nothing but an UPDATE. By the millisecond of creation, because every database can compute it and jobs due at one instant spread over it.
/// </summary>
/// <param name="Rank">From 0, in the order of the hosts' starts.</param>
/// <param name="Count">Living hosts, this one included.</param>
internal sealed record HostShare(int Rank, int Count)
{
    public static readonly HostShare Whole = new(0, 1);

    /// <summary>True where a job created then is this host's to arm.</summary>
    /// <param name="createdAt">Milliseconds since the Unix epoch, UTC.</param>
    public bool Has(long createdAt) => createdAt % Count == Rank;
}
