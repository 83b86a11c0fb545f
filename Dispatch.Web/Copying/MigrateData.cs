using System.Runtime.InteropServices;
using Dispatch.Data;
using Dispatch.Data.Copying;
using Dispatch.Hosting;

namespace Dispatch.Web.Copying;

/// <summary><c>Dispatch.Web migrate-data</c>: instead of serving, moves everything to another database.</summary>
internal static class MigrateData
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int CalledWrongly = 2;

    public static bool IsMeant(string[] arguments) => arguments is ["migrate-data", ..];

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Any(argument => argument is "--help" or "-h" or "-?"))
        {
            Console.WriteLine(CopyArguments.Usage);
            return Done;
        }

        try
        {
            return await CopyAsync(CopyArguments.Read(arguments[1..]));
        }
        catch (UsageException exception)
        {
            await Console.Error.WriteLineAsync($"{exception.Message}{Environment.NewLine}migrate-data --help shows how it is called.");
            return CalledWrongly;
        }
        catch (CopyException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return Failed;
        }
    }

    private static async Task<int> CopyAsync(CopyArguments arguments)
    {
        // The same settings and the same place for relative paths as the host's.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = DispatchHost.ContentRootFor([]) });
        var from = arguments.From ?? new CopyEndpoint(Providers.Setting, DispatchSettings.Read(builder.Configuration).Database);
        ICopyWatcher watcher = Console.IsOutputRedirected ? new PlainWatcher(Console.Out) : new TerminalWatcher(Console.Out);

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        try
        {
            var result = await DataCopier.CopyAsync(from, arguments.To, builder.Environment.ContentRootPath, watcher, stop.Token);
            watcher.Say(CopyReport.Of(result, arguments.To.Database.Provider));
            return result.CountsMatch ? Done : Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            watcher.Say("Stopped. The same command goes on from here.");
            return Failed;
        }
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = !stop.IsCancellationRequested;   // the chunk under way is finished first, save for who insists
        stop.Cancel();
    }
}
