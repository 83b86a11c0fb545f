using System.Diagnostics;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Scenario 13 of reliability.md: the wall clock is set while the host runs. A library of ours (<c>clock-shift.c</c>), preloaded into the
/// host, shifts its wall clock by what a file says and leaves its monotonic clock alone, as a clock that is set does.
/// </summary>
public sealed class ClockJumpTests : IAsyncLifetime
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TemporaryFolder folder = new();
    private readonly HashSet<Guid> probes = [];
    private TimeSpan offset;
    private Receiver receiver = null!;
    private HostProcess host = null!;
    private ApiUser user = null!;

    private DateTimeOffset HostNow => DateTimeOffset.UtcNow + offset;

    private string ShiftFile => Path.Combine(folder.Path, "clock");

    public async ValueTask InitializeAsync()
    {
        var library = await CompileAsync();
        Set(TimeSpan.Zero);
        receiver = await Receiver.StartAsync();
        host = HostProcess.Launch(
            folder.Path, new Dictionary<string, string> { ["LD_PRELOAD"] = library, ["DISPATCH_CLOCK_FILE"] = ShiftFile });
        await host.WaitUntilReadyAsync();
        user = await ApiUser.SignUpAsync(host.Url);
    }

    public async ValueTask DisposeAsync()
    {
        user?.Dispose();
        if (host is not null) await host.DisposeAsync();
        if (receiver is not null) await receiver.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Set_an_hour_ahead_everything_that_became_due_fires_exactly_once()
    {
        var passed = new List<Guid>();
        foreach (var ahead in (int[])[2, 5, 60, 500, 1800, 3500]) passed.Add(await ScheduleAsync(ahead));   // at work, armed, not armed yet
        var later = await ScheduleAsync(2 * 3600);

        Set(Hour);

        foreach (var id in passed) await user.JobWhenAsync(id, "SUCCESS", TimeSpan.FromSeconds(20));
        await AssertWorksAsync();
        Assert.Equal("SCHEDULED", (await user.JobAsync(later)).GetProperty("status").GetString());
        AssertEachOnce(passed);
    }

    [Fact]
    public async Task Set_an_hour_back_nothing_is_sent_twice_and_the_rest_waits_for_the_clock()
    {
        var sent = await ScheduleAsync(1);
        await user.JobWhenAsync(sent, "SUCCESS");
        var waiting = new List<Guid>();
        foreach (var ahead in (int[])[4, 6, 60]) waiting.Add(await ScheduleAsync(ahead));

        Set(-Hour);
        await AssertWorksAsync();
        // The proof of an absence: two of them would be due by the old clock.
        await Task.Delay(TimeSpan.FromSeconds(7), TestContext.Current.CancellationToken);
        foreach (var id in waiting) Assert.Equal("SCHEDULED", (await user.JobAsync(id)).GetProperty("status").GetString());
        AssertEachOnce([sent]);

        Set(TimeSpan.Zero);   // the clock gets there
        foreach (var id in waiting[..2]) await user.JobWhenAsync(id, "SUCCESS", TimeSpan.FromSeconds(10));
        Set(TimeSpan.FromMinutes(1));
        await user.JobWhenAsync(waiting[2], "SUCCESS", TimeSpan.FromSeconds(10));
        await AssertWorksAsync();
        AssertEachOnce([sent, .. waiting]);
    }

    private Task<Guid> ScheduleAsync(int seconds) => user.ScheduleAsync(receiver.Url, HostNow.AddSeconds(seconds));

    /// <summary>A job that is made now is sent on time by the host's clock.</summary>
    private async Task AssertWorksAsync()
    {
        var fireAt = HostNow.AddSeconds(1);
        var id = await user.ScheduleAsync(receiver.Url, fireAt);
        probes.Add(id);
        var log = (await user.JobWhenAsync(id, "SUCCESS", TimeSpan.FromSeconds(10))).GetProperty("logs")[0];
        Assert.InRange(log.GetProperty("latenessMs").GetInt64(), 0, 4000);   // less than the sweeper's rescue of a lost alarm
    }

    private void AssertEachOnce(IEnumerable<Guid> ids) =>
        Assert.Equal(ids.Concat(probes).Order(), receiver.Arrivals.Select(a => a.JobId).Order());

    // In place: the host has the file mapped.
    private void Set(TimeSpan shift)
    {
        using var file = new FileStream(ShiftFile, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(BitConverter.GetBytes((long)shift.TotalSeconds));
        offset = shift;
    }

    private async Task<string> CompileAsync()
    {
        var compiler = Environment.GetEnvironmentVariable("PATH")!
            .Split(':')
            .Select(path => Path.Combine(path, "cc"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(compiler is null, "There is no C compiler (Debian: apt-get install gcc libc6-dev)");
        var library = Path.Combine(folder.Path, "clock-shift.so");
        using var process = Process.Start(
            compiler!,
            ["-shared", "-fPIC", "-O2", "-o", library, Path.Combine(AppContext.BaseDirectory, "Faults", "clock-shift.c"), "-ldl"]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return library;
    }
}
