// Quartz.NET 4, RAM store, its one-call API for one-off jobs
// (https://www.quartz-scheduler.net/documentation/quartz-4.x/how-tos/one-off-job.html).
//  - maxConcurrency 100: "if you have tens of thousands of jobs, with many firing every minute, then you probably want a max
//    concurrency count more like 50 or 100",
//    https://www.quartz-scheduler.net/documentation/quartz-3.x/configuration/reference.html#quartz-threadpool-maxconcurrency
//  - misfireThreshold 1 min rather than 5 s, "increasing if slight delays are acceptable", so that a late job is not rescheduled
//    before it runs: https://www.quartz-scheduler.net/documentation/troubleshooting.html
//  - MaxBatchSize is left automatic, which is 1 in memory, as a batch there is "slower for a burst of one-offs" (the documentation of
//    QuartzSchedulerOptions.MaxBatchSize); the fire-ahead window stays 0, as any other fires early;
//    IdleWaitTime "you should not have to tune":
//    https://www.quartz-scheduler.net/documentation/quartz-4.x/configuration/reference.html
// A job that throws is not run again, which is Quartz's default.
using Dispatch.Bench.Peers;
using Quartz;

const int Concurrency = 100;
Webhook.Use(connections: Concurrency);

var builder = PeerService.CreateBuilder();
builder.Services.AddQuartz(quartz => quartz
    .UseDefaultThreadPool(maxConcurrency: Concurrency)
    .UseInMemoryStore(store => store.MisfireThreshold = TimeSpan.FromMinutes(1)));
builder.Services.AddQuartzHostedService();

var app = builder.Build();
var scheduler = await app.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();
await app.RunAsync(
    isReady: () => scheduler.Status is SchedulerStatus.Running,
    enqueue: async (id, job) =>
    {
        var input = new WebhookInput(id, job.Title, job.WebhookUrl, job.Payload.GetRawText());
        await scheduler.ScheduleJob<WebhookJob, WebhookInput>(input, job.FireAt);
    });
