namespace Dispatch.Micro;

/// <summary>What the benchmark that runs now has spent of processors, on all threads of this process and in the database server.</summary>
internal static class CpuMeter
{
    private static readonly List<TimeSpan> Own = [];
    private static readonly List<TimeSpan> Server = [];

    /// <summary>An invocation's median; null where nothing was measured.</summary>
    public static TimeSpan? Usual => Own.Count == 0 ? null : Own.Order().ElementAt(Own.Count / 2);

    /// <summary>Likewise of the server, but the mean: it is counted in steps of 10 ms.</summary>
    public static TimeSpan? UsualOfServer => Server.Count == 0 ? null : Server.Aggregate((sum, one) => sum + one) / Server.Count;

    public static void Clear()
    {
        Own.Clear();
        Server.Clear();
    }

    /// <summary>Measures one invocation. Outside of it are preparation and the collections that BenchmarkDotNet asks for.</summary>
    public static async Task MeasureAsync(Func<Task> invocation)
    {
        var before = Environment.CpuUsage.TotalTime;
        await invocation();
        Own.Add(Environment.CpuUsage.TotalTime - before);
    }

    /// <summary>Notes what the server spent between preparation and clearing up.</summary>
    public static void AddOfServer(TimeSpan spent) => Server.Add(spent);
}
