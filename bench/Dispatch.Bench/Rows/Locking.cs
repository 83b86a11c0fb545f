using Dispatch.Bench.Contestants;
using Npgsql;

namespace Dispatch.Bench.Rows;

/// <summary>A stranger's open transaction, as somebody leaves it behind in <c>psql</c>.</summary>
internal static class Locking
{
    private const int Rate = 50;
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(2);

    /// <summary>How long the row is held; a scratch run may shorten it.</summary>
    public static TimeSpan Hold { get; set; } = TimeSpan.FromSeconds(60);

    public static Row Locked { get; } = new(
        "locked",
        "a stranger's transaction holds a due job's row `FOR UPDATE` for 60 s; "
            + "meanwhile 50 jobs/s of others, each due 2 s after its `POST`",
        "the others' p99 ≤ 50 ms, no `POST` refused, 0 lost, 0 duplicate, 0 early; the locked job arrives once",
        [
            new("p99 ms", AtMost: 50), new("POSTs refused", AtMost: 0), new("locked job's arrivals", AtMost: 1, AtLeast: 1),
            new("lost", AtMost: 0), new("duplicate", AtMost: 0), new("early", AtMost: 0)
        ],
        null, MeasureAsync)
    {
        OnPostgresOnly = true,
        // Posts that wait for the lock must not keep the next ones from being sent.
        CreateHosts = (onPostgres, seed) => new DispatchHosts(onPostgres, seed: seed, connections: 8_192),
    };

    private static async Task<Figures> MeasureAsync(Contestant contestant)
    {
        var hosts = (DispatchHosts)contestant;
        await hosts.WarmUpAsync();
        var lockedDue = Clock.NowMs() + 3_000;
        var locked = await hosts.PostForIdAsync(lockedDue);
        await Clock.UntilAsync(lockedDue - 2_000);   // it has been armed, and will be claimed just before it is due
        await using var stranger = new NpgsqlConnection(hosts.Postgres!.ConnectionString);
        await stranger.OpenAsync();
        await using var transaction = await stranger.BeginTransactionAsync();
        await LockAsync(transaction, locked);
        var releasing = ReleaseAsync(hosts, transaction, lockedDue);

        await Clock.UntilAsync(lockedDue - (long)Ahead.TotalMilliseconds + 50);   // so that all of the others are due after it
        var posts = await OpenLoop.RunAsync(Rate, Hold, () => hosts.PostAsync(Clock.NowMs() + (long)Ahead.TotalMilliseconds));
        await releasing;

        var accepted = posts.Count(post => post.Refusal is null);
        await hosts.Receiver.ReportAsync(accepted + 1, TimeSpan.FromSeconds(60));
        await Task.Delay(2_000);   // whoever sends the locked job again does so now
        var others = await hosts.Receiver.DueWithinAsync(lockedDue + 1, long.MaxValue);
        var own = await hosts.Receiver.DueWithinAsync(lockedDue, lockedDue + 1);
        foreach (var refusal in posts.Select(post => post.Refusal).OfType<string>().Distinct().Take(3)) Console.WriteLine($"  {refusal}");
        var figures = new Figures().AddLateness(others).AddTimes("POST ", posts.Select(post => post.Ms));
        (figures["POSTs refused"], figures["locked job's arrivals"]) = (posts.Length - accepted, own.Count);
        return figures.AddCounts(others, accepted);   // lost is below 0 where a job is kept whose POST was refused
    }

    private static async Task LockAsync(NpgsqlTransaction transaction, Guid job)
    {
        await using var command = new NpgsqlCommand(
            "SELECT \"Status\" FROM \"Jobs\" WHERE \"Id\" = $1 FOR UPDATE", transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = job });
        if (await command.ExecuteScalarAsync() is not "SCHEDULED" and var status) throw new InvalidOperationException(
            $"The job to lock is {status ?? "gone"}, no longer scheduled.");
    }

    private static async Task ReleaseAsync(DispatchHosts hosts, NpgsqlTransaction transaction, long lockedDue)
    {
        await Clock.UntilAsync(lockedDue + (long)Hold.TotalMilliseconds);
        var arrived = await hosts.Receiver.DueWithinAsync(lockedDue, lockedDue + 1);
        await transaction.RollbackAsync();
        if (arrived.Count > 0) throw new InvalidOperationException("The locked job arrived although its row was locked.");
    }
}
