namespace Dispatch.Reading;

/// <summary>A job's place in a list.</summary>
internal readonly record struct JobSortKey(long CreatedAt, Guid Id) : IComparable<JobSortKey>
{
    public static bool operator <(JobSortKey a, JobSortKey b) => a.CompareTo(b) < 0;

    public static bool operator >(JobSortKey a, JobSortKey b) => a.CompareTo(b) > 0;

    public static bool operator <=(JobSortKey a, JobSortKey b) => a.CompareTo(b) <= 0;

    public static bool operator >=(JobSortKey a, JobSortKey b) => a.CompareTo(b) >= 0;

    /// <summary>By instant, then by id as databases order ids: by the bytes, big end first.</summary>
    public int CompareTo(JobSortKey other)
    {
        var byInstant = CreatedAt.CompareTo(other.CreatedAt);
        if (byInstant != 0) return byInstant;

        Span<byte> mine = stackalloc byte[16];
        Span<byte> its = stackalloc byte[16];
        Id.TryWriteBytes(mine, bigEndian: true, out _);
        other.Id.TryWriteBytes(its, bigEndian: true, out _);
        return mine.SequenceCompareTo(its);
    }
}
