using BenchmarkDotNet.Attributes;
using Dispatch.Model;
using Dispatch.Signing;
using Dispatch.Time;

namespace Dispatch.Micro;

/// <summary>What one attempt computes before it goes to the wire. One thread that never waits: its time is its processor time.</summary>
public class DeliveryBenchmarks
{
    private readonly Guid jobId = Guid.CreateVersion7();
    private readonly Job job = Sample.NewJob(Guid.CreateVersion7(), Guid.CreateVersion7(), TimeProvider.System.NowMs(), dueInMs: 0);
    private readonly string[] secrets = [$"whsec_{Convert.ToBase64String(new byte[32])}"];
    private readonly long firedAt = TimeProvider.System.NowMs();
    private byte[] body = null!;

    [GlobalSetup]
    public void Prepare() => body = Body();

    /// <summary>The bytes that a receiver gets.</summary>
    [Benchmark]
    public byte[] Body() => WebhookBody.Build(jobId, Sample.Title, Sample.Payload, firedAt);

    /// <summary>Both signatures of these bytes, by one secret.</summary>
    [Benchmark]
    public object Signatures() => WebhookSignature.Sign(secrets, jobId, firedAt / 1000, body);

    /// <summary>Both, the URL and the headers: all that the sender is handed.</summary>
    [Benchmark]
    public object Request() => WebhookRequest.For(job, secrets, firedAt).Headers;
}
