using BenchmarkDotNet.Analysers;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Validators;

namespace Dispatch.Micro;

/// <summary>
/// Processor time per job, as columns and in the JSON: of this process by <see cref="CpuMeter"/>, or the mean time itself where a
/// benchmark is one thread that never waits; and of the database server.
/// </summary>
internal sealed class CpuDiagnoser : IDiagnoser
{
    public IEnumerable<string> Ids => [nameof(CpuDiagnoser)];

    public IEnumerable<IExporter> Exporters => [];

    public IEnumerable<IAnalyser> Analysers => [];

    public RunMode GetRunMode(BenchmarkCase benchmarkCase) => RunMode.NoOverhead;

    public void Handle(HostSignal signal, DiagnoserActionParameters parameters)
    {
        if (signal == HostSignal.BeforeActualRun) CpuMeter.Clear();   // what warming up spent
    }

    public IEnumerable<Metric> ProcessResults(DiagnoserResults results)
    {
        var jobs = results.BenchmarkCase.Descriptor.OperationsPerInvoke;
        var times = results.Measurements
            .Where(m => m.Is(IterationMode.Workload, IterationStage.Result))
            .Select(m => m.GetAverageTime().Nanoseconds).ToArray();
        if (times.Length == 0) yield break;
        yield return new Metric(Column.OfProcess, CpuMeter.Usual is { } spent ? spent.TotalNanoseconds / jobs : times.Average());
        if (CpuMeter.UsualOfServer is { } server) yield return new Metric(Column.OfServer, server.TotalNanoseconds / jobs);
        CpuMeter.Clear();
    }

    public void DisplayResults(ILogger logger)
    {
    }

    public IEnumerable<ValidationError> Validate(ValidationParameters validationParameters) => [];

    private sealed class Column(string name, string legend) : IMetricDescriptor
    {
        public static readonly Column OfProcess = new("CPU", "Processor time of this process per job, all threads");
        public static readonly Column OfServer = new("Server CPU", "Processor time of the database server per job");

        public string Id => name;

        public string DisplayName => name;

        public string Legend => legend;

        public string NumberFormat => "N0";

        public UnitType UnitType => UnitType.Time;

        public string Unit => "ns";

        public bool TheGreaterTheBetter => false;

        public int PriorityInCategory => 0;

        public bool GetIsAvailable(Metric metric) => true;
    }
}
