// Hangfire as it is, in memory (Hangfire.InMemory), in two variants:
//  - default: all defaults (the schedule looked at every 15 s, five workers per core);
//  - tuned: SchedulePollingInterval, "you can change it",
//    https://docs.hangfire.io/en/latest/background-methods/calling-methods-with-delay.html,
//    and WorkerCount for jobs that wait for I/O,
//    https://docs.hangfire.io/en/latest/background-processing/configuring-degree-of-parallelism.html.
//    Shorter than 100 ms would gain nothing: Hangfire keeps the time of a scheduled job in whole seconds, cut off, so that it may run
//    up to 1 s early.
// Automatic retries are off, https://docs.hangfire.io/en/latest/background-processing/dealing-with-exceptions.html.
using Dispatch.Bench.Peers;
using Hangfire;

var tuned = args switch
{
    ["default"] => false,
    ["tuned"] => true,
    _ => throw new ArgumentException("The argument is the variant: default or tuned."),
};
var server = new BackgroundJobServerOptions();
if (tuned) (server.SchedulePollingInterval, server.WorkerCount) = (TimeSpan.FromMilliseconds(100), 100);
Webhook.Use(connections: server.WorkerCount);

var builder = PeerService.CreateBuilder();
builder.Services.AddHangfire(hangfire => hangfire
    .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
    .UseSimpleAssemblyNameTypeSerializer()
    .UseRecommendedSerializerSettings()
    .UseInMemoryStorage()
    .UseFilter(new AutomaticRetryAttribute { Attempts = 0 }));
builder.Services.AddHangfireServer(options =>
    (options.SchedulePollingInterval, options.WorkerCount) = (server.SchedulePollingInterval, server.WorkerCount));

var app = builder.Build();
var storage = app.Services.GetRequiredService<JobStorage>();
var jobs = app.Services.GetRequiredService<IBackgroundJobClient>();
await app.RunAsync(
    isReady: () => storage.GetMonitoringApi().Servers().Count > 0,
    enqueue: (id, job) =>
    {
        var (title, url, payload) = (job.Title, job.WebhookUrl, job.Payload.GetRawText());
        jobs.Schedule(() => Webhook.PostAsync(id, title, url, payload), job.FireAt);
        return ValueTask.CompletedTask;
    });
