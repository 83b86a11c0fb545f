using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Dispatch.Micro;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;   // as the host does

if (args is [ParseOnlyHost.Command, .. var settings])
{
    await ParseOnlyHost.RunAsync(settings);
    return 0;
}

// In this process: a process per benchmark would mean building Dispatch.Web and its WebAssembly part once more for each, which takes
// longer than all benchmarks together. What that would isolate, the collector's and the compiler's settings, is the same for all and
// stands in the project file.
var job = BenchmarkDotNet.Jobs.Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(10);
var config = DefaultConfig.Instance
    .AddJob(job)
    .AddDiagnoser(MemoryDiagnoser.Default, new CpuDiagnoser())
    .AddExporter(JsonExporter.FullCompressed);

var summaries = BenchmarkSwitcher.FromAssembly(typeof(StoreBenchmarks).Assembly)
    .Run(args.Length == 0 ? ["--filter", "*"] : args, config).ToArray();
await Postgres.StopAsync();
return summaries.Length > 0 && summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
