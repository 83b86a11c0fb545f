using Dispatch.Hosting;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dispatch.Tests.Hosting;

public sealed class WarmUpTests
{
    [Fact]
    public async Task The_rehearsal_runs_to_its_end_and_leaves_nothing_behind()
    {
        await using var rig = await StoreRig.StartAsync(DatabaseProvider.Sqlite);
        using var preciseTimer = new PreciseTimer(TimeProvider.System);
        var log = new ErrorLog();
        using var rehearsal = new WarmUp(rig.Commits, new DeliveryOptions(), preciseTimer, TimeProvider.System, log);

        await rehearsal.StartAsync(TestContext.Current.CancellationToken);
        await rehearsal.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Empty(log.Messages);
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        Assert.False(await db.Jobs.AnyAsync(TestContext.Current.CancellationToken));
        Assert.False(await db.Attempts.AnyAsync(TestContext.Current.CancellationToken));
    }

    private sealed class ErrorLog : ILogger<WarmUp>
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Messages.Add(formatter(state, exception) + exception);
    }
}
