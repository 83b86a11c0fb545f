using System.Diagnostics;
using System.Text;

namespace Dispatch.Tests.Infrastructure;

/// <summary>Dispatch as a process of its own, which a test may kill. Ends with the test.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();

    private HostProcess(Process process) => this.process = process;

    public string Url { get; private set; } = "";

    public int Id => process.Id;

    public bool IsRunning => !process.HasExited;

    public string Output
    {
        get { lock (output) return output.ToString(); }
    }

    /// <summary>Starts the host on its folder and returns once it is ready.</summary>
    public static Task<HostProcess> StartAsync(string folder, params string[] settings) => StartAsync(folder, Ports.Free(), settings);

    /// <summary>The same on a chosen port, as a restart does.</summary>
    public static Task<HostProcess> StartAsync(string folder, int port, params string[] settings) =>
        StartAsync(folder, port, environment: null, settings);

    /// <inheritdoc cref="Launch(string, IReadOnlyDictionary{string, string}, string[])"/>
    public static async Task<HostProcess> StartAsync(
        string folder, int port, IReadOnlyDictionary<string, string>? environment, params string[] settings)
    {
        var host = Launch(folder, port, settings, environment);
        await host.WaitUntilReadyAsync();
        return host;
    }

    /// <summary>The same with so many descriptors and no more (<c>ulimit -n</c>). Returns once it is ready.</summary>
    public static async Task<HostProcess> StartWithDescriptorsAsync(string folder, int descriptors, params string[] settings)
    {
        var host = Launch(folder, Ports.Free(), settings, descriptors: descriptors);
        await host.WaitUntilReadyAsync();
        return host;
    }

    /// <summary>Starts the host and returns at once.</summary>
    public static HostProcess Launch(string folder, params string[] settings) => Launch(folder, Ports.Free(), settings);

    /// <summary>The same with further environment variables.</summary>
    public static HostProcess Launch(
        string folder, IReadOnlyDictionary<string, string> environment, params string[] settings) =>
        Launch(folder, Ports.Free(), settings, environment);

    private static HostProcess Launch(
        string folder,
        int port,
        string[] settings,
        IReadOnlyDictionary<string, string>? environment = null,
        int? descriptors = null)
    {
        var start = new ProcessStartInfo(descriptors is null ? "dotnet" : "bash")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder
        };
        if (descriptors is not null)
        {
            foreach (var part in (string[])["-c", $"ulimit -n {descriptors}; exec dotnet \"$@\"", "bash"]) start.ArgumentList.Add(part);
        }

        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "Dispatch.Web.dll"), $"--contentRoot={folder}",
            $"--urls=http://127.0.0.1:{port}", "--environment=Development", .. settings,
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys
                .Where(k => k.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || k.StartsWith("DOTNET_URLS", StringComparison.Ordinal))
                .ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;

        var host = new HostProcess(new Process { StartInfo = start }) { Url = $"http://127.0.0.1:{port}" };
        host.process.OutputDataReceived += host.Collect;
        host.process.ErrorDataReceived += host.Collect;
        host.process.Start();
        host.process.BeginOutputReadLine();
        host.process.BeginErrorReadLine();
        return host;
    }

    public async Task WaitUntilReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = new Uri(Url) };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (process.HasExited) throw new InvalidOperationException($"The host ended with {process.ExitCode}:\n{Output}");
            try
            {
                if ((await http.GetAsync("/health/ready", limit.Token)).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
            }

            await Task.Delay(25, limit.Token);
        }
    }

    /// <summary>Until the host has written the text to its output; fails after 30 s.</summary>
    public async Task WaitForOutputAsync(string text)
    {
        for (var since = Stopwatch.StartNew(); !Output.Contains(text, StringComparison.Ordinal); await Task.Delay(25))
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(30) && IsRunning, $"The host did not write '{text}':\n{Output}");
        }
    }

    /// <summary>kill -9: the process gets no say.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> TerminateAsync(TimeSpan? limit = null)
    {
        await SignalAsync("TERM");
        return await WaitForExitAsync(limit);
    }

    /// <summary>SIGSTOP: not an instruction more until <see cref="ResumeAsync"/>.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    public async Task<int> WaitForExitAsync(TimeSpan? limit = null)
    {
        await process.WaitForExitAsync().WaitAsync(limit ?? TimeSpan.FromSeconds(60));
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await KillAsync();
        process.Dispose();
    }

    private Task SignalAsync(string signal) => Process.Start("kill", [$"-{signal}", Id.ToString()]).WaitForExitAsync();

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        lock (output) output.AppendLine(line.Data);
    }
}
