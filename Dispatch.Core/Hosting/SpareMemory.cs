using System.Runtime;
using Dispatch.Alarms;
using Microsoft.Extensions.Hosting;

namespace Dispatch.Hosting;

/// <summary>
/// Gives memory back after a spell of much work. The runtime collects only when something allocates, so an idle host would keep what a
/// burst took.
/// </summary>
internal sealed class SpareMemory(AlarmClock alarms, TimeProvider clock) : BackgroundService
{
    private const long MuchWork = 64 * 1024 * 1024;
    private const long LittleWork = 8 * 1024 * 1024;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    /// <summary>Twice: the pools of arrays notice at the first collection what nobody takes, and give it up at a later one.</summary>
    private static readonly TimeSpan SecondTime = TimeSpan.FromSeconds(75);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Round, clock);
        var (lastRound, lastCollection) = (0L, GC.GetTotalAllocatedBytes());
        var again = DateTimeOffset.MaxValue;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var allocated = GC.GetTotalAllocatedBytes();
            var isQuiet = allocated - lastRound < LittleWork && alarms.IsIdle;
            lastRound = allocated;
            if (!isQuiet) continue;

            if (allocated - lastCollection > MuchWork)
            {
                lastCollection = allocated;
                again = clock.GetUtcNow() + SecondTime;
                Collect();
            }
            else if (clock.GetUtcNow() >= again)
            {
                again = DateTimeOffset.MaxValue;
                Collect();
            }
        }
    }

    // All threads stand still for some 30 ms, so nothing may be due meanwhile. A collection beside them gives back a third as much.
    private static void Collect()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
