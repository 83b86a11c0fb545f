namespace Dispatch.Reading;

/// <summary>A job's place in a list.</summary>
internal readonly record struct JobSortKey(long CreatedAt, Guid Id) : IComparable<JobSortKey>
{
    public static bool operator <(JobSortKey a, JobSortKey b) => a.CompareTo(b) < 0;

    public static bool operator >(JobSortKey a, JobSortKey b) => a.CompareTo(b) > 0;

    public static bool operator <=(JobSortKey a, JobSortKey b) => a.CompareTo(b) <= 0;

    public static bool operator >=(JobSortKey a, JobSortKey b) => a.CompareTo(b) >= 0;

    /// <summary>Orders by time, then by the id's big-endian bytes, as databases do.</summary>
    public int CompareTo(JobSortKey other)
    {
        var byInstant = CreatedAt.CompareTo(other.CreatedAt);
        if (byInstant != 0) return byInstant;

        Span<byte> ownId = stackalloc byte[16];
        Span<byte> otherId = stackalloc byte[16];
        Id.TryWriteBytes(ownId, bigEndian: true, out _);
        other.Id.TryWriteBytes(otherId, bigEndian: true, out _);
        return ownId.SequenceCompareTo(otherId);
    }
}
