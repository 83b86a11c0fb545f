using System.Net;
using System.Net.Sockets;
using Dispatch.Delivery.Http;
using Dispatch.Delivery.Targets;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Signing;
using Dispatch.Time;
using Dispatch.Writing;
using Dispatch.Writing.Verbs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dispatch.Hosting;

/// <summary>
/// Runs the steps of one delivery right after the start, without a job. Otherwise the first webhook after a restart would be late, because
/// .NET compiles code when it first runs. Nothing is stored, and nothing leaves the machine.
/// </summary>
internal sealed class WarmUp(
    WriteQueue queue,
    DeliveryOptions options,
    PreciseTimer preciseTimer,
    TimeProvider clock,
    ILogger<WarmUp> log) : BackgroundService
{
    private const int Refusals = 20;
    private const string Secret = "whsec_d2FybS11cA==";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await StoreAsync(stoppingToken);
            await preciseTimer.WaitUntilAsync(clock.NowMs() + 5, stoppingToken);
            await SendAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            Log.WarmUpFailed(log, exception);   // then only the first webhook is a little late
        }
    }

    // No row has these ids, so the statements run and change nothing.
    private async Task StoreAsync(CancellationToken stopping)
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var row = new Job { Id = id, ProjectId = id, Title = "", WebhookUrl = "", Payload = [] };
        await queue.WriteAsync(new InsertJob(row, keyId: id));
        var alarm = new Alarm(id, id, id, "", clock.NowMs(), IsRetry: false, Attempt: 0, Generation: 0);
        await queue.WriteAsync(new ClaimJob(alarm, () => 0) { Cancellation = stopping });
        var job = new ClaimedJob(row, "", null, null);
        var attempt = new Attempt { Id = id, JobId = id, Number = 1 };
        await queue.WriteAsync(new EndAttempt(job, attempt, Transition.Deliver, retryAt: null, keepsAlarm: false));
    }

    private async Task SendAsync(CancellationToken stopping)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var sender = new WebhookSender(options, new TargetGuard(options, openLoopback: true), clock);
        var answering = AnswerAsync(listener, stopping);
        var job = new Job { Title = "warm-up", WebhookUrl = $"http://{listener.LocalEndpoint}/", Payload = "{}"u8.ToArray() };
        await sender.SendAsync(WebhookRequest.For(job, [Secret], clock.NowMs()), stopping);
        await answering;
        listener.Stop();
        // Now the port refuses: the first failures would take tens of milliseconds of the processor from others.
        for (var i = 0; i < Refusals; i++) await sender.SendAsync(WebhookRequest.For(job, [Secret], clock.NowMs()), stopping);
    }

    private static async Task AnswerAsync(TcpListener listener, CancellationToken stopping)
    {
        using var client = await listener.AcceptTcpClientAsync(stopping);
        var stream = client.GetStream();
        await stream.ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false, stopping);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stopping);
    }
}
