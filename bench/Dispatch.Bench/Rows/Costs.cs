namespace Dispatch.Bench.Rows;

/// <summary>What a job costs from its POST to its record, store included: read off the run of <see cref="Delivering.Steady"/>.</summary>
internal static class Costs
{
    public static Row Cost { get; } = Delivering.Steady with
    {
        Name = "cost",
        How = "of `steady`, from `POST` to record: CPU of scheduler and store, growth on disk, "
            + "statements or commands of the store's server",
        Goal = "as low as the peers' lowest",
        Bounds = [], Lead = new Lead("CPU us/job", MoreIsBetter: false), ReadOff = "steady",
    };
}
