using System.Text;
using BenchmarkDotNet.Attributes;
using Dispatch.Delivery.Targets;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Time;
using Dispatch.Web.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Micro;

/// <summary>
/// What <c>POST /jobs</c> does beside Kestrel, the key's check and the database. One thread that never waits: its time is its processor
/// time.
/// </summary>
public class AcceptBenchmarks
{
    private readonly byte[] body = Encoding.UTF8.GetBytes(
        $$"""{"title":"{{Sample.Title}}","webhookUrl":"{{Sample.WebhookUrl}}","fireAt":"2100-01-01T00:00:00.000Z","payload":"""
            + $$"""{{Encoding.UTF8.GetString(Sample.Payload)}}}""");

    private readonly Job job = Sample.NewJob(Guid.CreateVersion7(), Guid.CreateVersion7(), TimeProvider.System.NowMs(), dueInMs: 3_600_000);
    private JobRequestReader reader = null!;
    private HttpContext http = null!;

    [GlobalSetup]
    public void Prepare()
    {
        var delivery = new DeliveryOptions();
        reader = new JobRequestReader(delivery, new TargetGuard(delivery, openLoopback: false).WhyDenied, TimeProvider.System);
        if (reader.Read(body).Value is null) throw new InvalidOperationException("The body is refused.");

        http = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().AddDispatchApi().BuildServiceProvider() };
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
    }

    /// <summary>The bytes of a body into a checked draft.</summary>
    [Benchmark]
    public object? Read() => reader.Read(body).Value;

    /// <summary>The stored row into the bytes of the 201.</summary>
    [Benchmark]
    public Task Answer() => Responses.Created($"/api/v1/jobs/{job.Id}", JobsApi.Scheduled, job.ToDto()).ExecuteAsync(http);
}
