using System.Diagnostics;
using System.Text;

namespace Dispatch.Tests.Infrastructure;

/// <summary>Dispatch called with a command, such as <c>migrate-data</c>, as a process of its own. Ends with the test.</summary>
internal sealed class CommandProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();

    private CommandProcess(Process process) => this.process = process;

    /// <summary>Both streams, as far as they have come.</summary>
    public string Output
    {
        get { lock (output) return output.ToString(); }
    }

    public bool HasEnded => process.HasExited;

    public int ExitCode => process.ExitCode;

    /// <param name="folder">Where it is called; its appsettings.json counts.</param>
    public static CommandProcess Start(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Dispatch.Web.dll"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        var command = new CommandProcess(new Process { StartInfo = start });
        command.process.OutputDataReceived += command.Collect;
        command.process.ErrorDataReceived += command.Collect;
        command.process.Start();
        command.process.BeginOutputReadLine();
        command.process.BeginErrorReadLine();
        return command;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string folder, params string[] arguments)
    {
        await using var command = Start(folder, arguments);
        return (await command.WaitForExitAsync(), command.Output);
    }

    public async Task<int> WaitForExitAsync()
    {
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        return process.ExitCode;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>As Ctrl+C does.</summary>
    public async Task InterruptAsync()
    {
        await Process.Start("kill", ["-INT", process.Id.ToString()]).WaitForExitAsync();
        await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await KillAsync();
        process.Dispose();
    }

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        lock (output) output.AppendLine(line.Data);
    }
}
