namespace Dispatch.Model;

/// <summary>One host's attempts for one project in one hour. Like <see cref="ProjectCounters"/>, the truth is the sum over hosts.</summary>
internal sealed class HourlyStats
{
    public const long Length = 3_600_000;   // ms

    /// <summary>In the order of <see cref="Figures"/>.</summary>
    internal static readonly string[] Columns =
    [
        nameof(Succeeded), nameof(Failed), nameof(Died), nameof(Late1), nameof(Late2), nameof(Late3), nameof(Late5), nameof(Late10),
        nameof(Late20), nameof(Late50), nameof(Late100), nameof(Late200), nameof(Late500), nameof(Late1000), nameof(Late5000),
        nameof(LateMinute), nameof(LateHour), nameof(LateDay),
    ];

    /// <summary>The buckets' upper edges in ms. The last bucket also takes everything later.</summary>
    internal static readonly long[] LateEdges = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 60_000, 3_600_000, 86_400_000];

    public Guid ProjectId { get; init; }

    /// <summary>The start of the hour, milliseconds since the Unix epoch, UTC.</summary>
    public long Hour { get; init; }

    public Guid HostId { get; init; }

    public long Succeeded { get; init; }

    public long Failed { get; init; }

    /// <summary>Failed attempts after which the job was DEAD.</summary>
    public long Died { get; init; }

    public long Late1 { get; init; }

    public long Late2 { get; init; }

    public long Late3 { get; init; }

    public long Late5 { get; init; }

    public long Late10 { get; init; }

    public long Late20 { get; init; }

    public long Late50 { get; init; }

    public long Late100 { get; init; }

    public long Late200 { get; init; }

    public long Late500 { get; init; }

    public long Late1000 { get; init; }

    public long Late5000 { get; init; }

    public long LateMinute { get; init; }

    public long LateHour { get; init; }

    public long LateDay { get; init; }

    internal long[] Figures =>
    [
        Succeeded, Failed, Died, Late1, Late2, Late3, Late5, Late10, Late20, Late50, Late100, Late200, Late500, Late1000, Late5000,
        LateMinute, LateHour, LateDay,
    ];
}
