using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Delivery;

/// <summary>Jobs with big payloads on a whole host.</summary>
public abstract class BigPayloadTests(DatabaseProvider provider)
{
    [Fact]
    public async Task A_big_payload_arrives_byte_for_byte_as_a_small_one_does()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await TestHost.StartAsync(provider);
        using var user = await ApiUser.SignUpAsync(host.Url);
        foreach (var length in (int[])[2, 4096, 4097, 256 * 1024])
        {
            var payload = length == 2 ? "{}" : $$"""{ "é":"{{new string('x', length - 11)}}" }""";
            var id = await user.ScheduleSoonAsync(receiver.Url + "/hook", 400, payload, title: "a \"title\" é");
            var job = await user.JobWhenAsync(id, "SUCCESS");
            var log = Assert.Single(job.GetProperty("logs").EnumerateArray());
            var arrival = await receiver.WaitForAsync(arrival => arrival.JobId == id);
            var firedAt = log.GetProperty("firedAt").GetString();
            Assert.Equal(
                $$"""{"jobId":"{{id}}","title":"a \"title\" é","payload":{{payload}},"firedAt":"{{firedAt}}"}""", arrival.Text);
        }
    }

    [Fact]
    public async Task A_receiver_that_is_slow_to_answer_holds_no_bytes()
    {
        const int Jobs = 20;   // of which two or three find room at once
        await using var receiver = await Receiver.StartAsync();
        var allAreThere = new TaskCompletionSource();
        receiver.Answer = (_, _) =>
        {
            if (receiver.Arrivals.Count == Jobs) allAreThere.SetResult();
            return allAreThere.Task;
        };
        await using var host = await TestHost.StartAsync(provider, "--Delivery:MaxBytesInFlight=1048576", "--Delivery:MaxAttempts=1");
        using var user = await ApiUser.SignUpAsync(host.Url);
        var payload = $$"""{"x":"{{new string('x', 200 * 1024)}}"}""";
        var at = DateTimeOffset.UtcNow.AddSeconds(5);
        var ids = await Task.WhenAll(Enumerable.Range(0, Jobs).Select(_ => user.ScheduleAsync(receiver.Url, at, payload)));

        foreach (var id in ids) await user.JobWhenAsync(id, "SUCCESS");
    }
}

public sealed class BigPayloadOnSqlite() : BigPayloadTests(DatabaseProvider.Sqlite);

public sealed class BigPayloadOnPostgres() : BigPayloadTests(DatabaseProvider.Postgres);

public sealed class BigPayloadOnSqlServer() : BigPayloadTests(DatabaseProvider.SqlServer);
