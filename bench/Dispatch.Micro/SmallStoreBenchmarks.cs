using BenchmarkDotNet.Attributes;

namespace Dispatch.Micro;

/// <summary>
/// The same with 25 jobs a transaction, as at a few hundred jobs a second: most of it is what a statement costs, however few rows it is
/// about.
/// </summary>
[WarmupCount(300), IterationCount(400)]   // a transaction is short, and the compiler has to be done with it
public class SmallStoreBenchmarks : StoreBenchmarks
{
    private const int Few = 25;

    protected override int Count => Few;

    [Benchmark(OperationsPerInvoke = Few)]
    public override Task InsertAsync() => base.InsertAsync();

    [Benchmark(OperationsPerInvoke = Few)]
    public override Task ArmAsync() => base.ArmAsync();

    [Benchmark(OperationsPerInvoke = Few)]
    public override Task ClaimAsync() => base.ClaimAsync();

    [Benchmark(OperationsPerInvoke = Few)]
    public override Task RecordAsync() => base.RecordAsync();
}
