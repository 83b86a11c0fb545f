using System.Collections.Concurrent;
using System.Diagnostics;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Docs;

/// <summary>A sample of the guide at work: written to a file of its own and run as a reader would.</summary>
internal sealed class SampleRun : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentQueue<string> lines = new();
    private readonly Process process;

    private SampleRun(Process process) => this.process = process;

    /// <summary>What it printed so far.</summary>
    public string Output => string.Join('\n', lines);

    /// <summary>Starts the sample; skips the test where the machine has not what runs it.</summary>
    public static SampleRun Start(string tab, string code, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        var run = new SampleRun(new Process { StartInfo = start });
        (start.FileName, var file) = tab switch
        {
            "curl" => (Tool("bash"), Write(run.folder, "sample.sh", $"set -eo pipefail\n{code}")),
            "Node" => (Tool("node"), Write(run.folder, "sample.mjs", code)),
            "Python" => (Tool("python3"), Write(run.folder, "sample.py", code)),
            "C#" => (Tool("dotnet"), CSharpSample.Compile(run.folder.Path, code)),
            _ => throw new NotSupportedException($"Nothing here runs {tab}."),
        };
        start.ArgumentList.Add(file);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;

        run.process.OutputDataReceived += run.Collect;
        run.process.ErrorDataReceived += run.Collect;
        run.process.Start();
        run.process.BeginOutputReadLine();
        run.process.BeginErrorReadLine();
        return run;
    }

    /// <summary>Skips the test unless the tool is on the path.</summary>
    public static string Tool(string name)
    {
        var found = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(place => File.Exists(Path.Combine(place, name)));
        Assert.SkipUnless(found, $"{name} is not on this machine");
        return name;
    }

    /// <summary>Waits for the end, which must be a good one; returns what it printed.</summary>
    public async Task<string> EndAsync()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(90));
        Assert.True(process.ExitCode == 0, Output);
        return Output;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Dispose();
    }

    private static string Write(TemporaryFolder folder, string name, string code)
    {
        var path = Path.Combine(folder.Path, name);
        File.WriteAllText(path, code);
        return path;
    }

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null) lines.Enqueue(line.Data);
    }
}
