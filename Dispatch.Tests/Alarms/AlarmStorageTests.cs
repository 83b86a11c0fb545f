using System.Diagnostics;
using Dispatch.Alarms.HangfireAdapter;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Data.SqlClient;

namespace Dispatch.Tests.Alarms;

/// <summary>What an alarm becomes in Hangfire's storage.</summary>
public sealed class AlarmStorageTests
{
    /// <summary>As Hangfire.SqlServer writes and reads it: payload and arguments as two texts.</summary>
    [Fact]
    public void An_alarm_survives_being_stored_as_text()
    {
        var alarm = new Alarm(
            Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), "example.com:443", 253_402_300_799_999, IsRetry: false,
            Attempt: 3, Generation: 7);
        var queue = AlarmQueue.NameOf(Guid.CreateVersion7());
        var written = InvocationData.SerializeJob(new Hangfire.Common.Job(
            typeof(DeliveryJob),
            typeof(DeliveryJob).GetMethod(nameof(DeliveryJob.DeliverAsync))!,
            DeliveryJob.ArgumentsOf(alarm),
            queue));
        var (payload, arguments) = (written.SerializePayload(excludeArguments: true), written.Arguments);

        var read = InvocationData.DeserializePayload(payload);
        read.Arguments = arguments;
        var job = read.DeserializeJob();

        Assert.Equal(queue, job.Queue);
        Assert.Equal(alarm, DeliveryWorker.AlarmOf(new BackgroundJob("1", job, DateTime.UtcNow)));
        var retry = new Dictionary<string, string>
        {
            [RetryLadderFilter.Parameter] = SerializationHelper.Serialize(new RetryParameter(5, 4), SerializationOption.User),
        };
        Assert.Equal(alarm.ForRetry(5), DeliveryWorker.AlarmOf(new BackgroundJob("1", job, DateTime.UtcNow, retry)));
    }

    /// <summary>The signature from before alarms had an identity: the worker gets no job, and drops the alarm.</summary>
    [Fact]
    public void An_alarm_of_the_old_signature_cannot_be_loaded()
    {
        var stored = InvocationData.DeserializePayload(
            $$"""
            {"t":"{{typeof(DeliveryJob).FullName}}, Dispatch.Core","m":"DeliverAsync",
            "p":["System.Guid","System.Guid","System.String","System.Int64","System.Boolean"]}
            """);
        stored.Arguments = "[\"\\\"00000000-0000-0000-0000-000000000001\\\"\"]";

        Assert.Throws<JobLoadException>(stored.DeserializeJob);
        Assert.Null(DeliveryWorker.AlarmOf(new BackgroundJob("1", null, DateTime.UtcNow)));
    }

    [Fact]
    public void A_queue_tells_its_host()
    {
        var host = Guid.CreateVersion7();
        Assert.Equal(host, AlarmQueue.HostOf(AlarmQueue.NameOf(host)));
        Assert.Equal(AlarmQueue.NameOf(host), new EnqueuedState(AlarmQueue.NameOf(host)).Queue);   // Hangfire checks the letters
        Assert.InRange(AlarmQueue.NameOf(host).Length, 1, 50);
        Assert.All(
            (string?[])["default", "deliveries", "deliveries-", "deliveries-nobody", null],
            queue => Assert.Null(AlarmQueue.HostOf(queue)));
    }

    [Fact]
    public void A_database_without_Hangfires_tables_that_cannot_be_made_is_said_in_words()
    {
        var database = new DatabaseOptions
        {
            Provider = DatabaseProvider.SqlServer,
            ConnectionString = "Server=127.0.0.1,1;Database=none;User Id=none;Password=none;Connect Timeout=1",
        };
        var clock = Stopwatch.StartNew();

        var refused = Assert.Throws<StartupException>(() =>
            AlarmStorage.Create(new HangfireOptions { Storage = HangfireStorage.SqlServer }, database));

        Assert.StartsWith("Hangfire:Storage: Hangfire's tables cannot be made in the schema HangFire: ", refused.Message);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }

    /// <summary>
    /// Hangfire looks for the class among all types of the driver, and where one cannot be loaded it sends each command by itself,
    /// without a word.
    /// </summary>
    [Fact]
    public void Hangfire_can_send_its_commands_in_batches() =>
        Assert.Single(typeof(SqlConnection).Assembly.GetTypes(), type => type.Name == "SqlCommandSet");

    [Fact]
    public void Hangfire_has_a_pool_of_its_own() =>
        Assert.Contains(
            "Application Name=\"dispatch hangfire\"",
            ConnectionStrings.ForHangfire(new DatabaseOptions { ConnectionString = "Server=db;Database=dispatch" }));
}
