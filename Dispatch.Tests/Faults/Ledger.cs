using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>What the API answered to each post, to be compared with what arrived.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> acknowledged = new();
    private readonly ConcurrentDictionary<Guid, string> accounts = new();
    private readonly ConcurrentDictionary<string, bool> inDoubt = new();
    private int posts;
    private int unavailable;

    /// <summary>Jobs that were answered 201, with their fireAt.</summary>
    public IReadOnlyDictionary<Guid, DateTimeOffset> Acknowledged => acknowledged;

    /// <summary>Posts without an answer, or with 503: stored or not, nothing was promised.</summary>
    public int InDoubt => inDoubt.Count;

    /// <summary>Posts that were answered 503.</summary>
    public int Unavailable => unavailable;

    /// <summary>
    /// Posts one job. Its id where it was acknowledged; null where the host was gone, or answered 503 as it should, or took it too late.
    /// </summary>
    public async Task<Guid?> PostAsync(ApiUser user, string url, DateTimeOffset fireAt)
    {
        fireAt = DateTimeOffset.FromUnixTimeMilliseconds(fireAt.ToUnixTimeMilliseconds());
        var title = $"post {Interlocked.Increment(ref posts)}";
        inDoubt[title] = true;
        try
        {
            using var response = await user.PostJobAsync(url, fireAt, title: title);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>(CancellationToken.None);
            if (response.StatusCode == HttpStatusCode.Created)
            {
                var id = answer.GetProperty("data").GetProperty("id").GetGuid();
                accounts[id] = user.Email;
                acknowledged[id] = fireAt;
                inDoubt.TryRemove(title, out _);
                return id;
            }

            var code = answer.GetProperty("error").GetProperty("code").GetString();
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable) Interlocked.Increment(ref unavailable);
            else if (code == "fire_at_in_past") inDoubt.TryRemove(title, out _);   // a busy host took longer than the job was ahead
            else Assert.Fail(answer.ToString());
        }
        catch (HttpRequestException)
        {
            // The host died before it answered.
        }

        return null;
    }

    /// <summary>Ends when each acknowledged job has arrived at least once.</summary>
    public async Task AllArriveAsync(Receiver receiver, TimeSpan limit)
    {
        var until = DateTimeOffset.UtcNow + limit;
        while (acknowledged.Keys.Except(receiver.Arrivals.Select(a => a.JobId)).ToArray() is { Length: > 0 } missing)
        {
            Assert.True(
                DateTimeOffset.UtcNow < until,
                $"{missing.Length} of {acknowledged.Count} acknowledged jobs have not arrived after {limit.TotalSeconds:0} s, "
                + $"{missing[0]} among them");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <param name="path">Only what arrived there; null: anywhere.</param>
    public Findings Compare(Receiver receiver, string? path = null)
    {
        var arrivals = receiver.Arrivals
            .Where(a => path is null || a.Path == path)
            .OrderBy(a => a.At)
            .GroupBy(a => a.JobId)
            .ToDictionary(g => g.Key, g => g.ToArray());
        return new Findings(
            [.. acknowledged.Keys.Where(id => !arrivals.ContainsKey(id))],
            arrivals.Where(a => a.Value.Length > 1).ToDictionary(),
            [.. acknowledged
                .Where(job => arrivals.TryGetValue(job.Key, out var its) && its[0].At < job.Value)
                .Select(job => arrivals[job.Key][0])],
            [.. arrivals
                .Where(a => !acknowledged.ContainsKey(a.Key) && !inDoubt.ContainsKey(a.Value[0].Json.GetProperty("title").GetString()!))
                .Select(a => a.Value[0])]);
    }

    /// <summary>How late the jobs of that choice arrived first, all together and each account's.</summary>
    public Lateness LatenessOf(Receiver receiver, Func<Guid, DateTimeOffset, bool> choice)
    {
        var first = receiver.Arrivals.GroupBy(a => a.JobId).ToDictionary(g => g.Key, g => g.Min(a => a.At));
        return new Lateness(acknowledged
            .Where(job => choice(job.Key, job.Value) && first.ContainsKey(job.Key))
            .Select(job => (accounts[job.Key], (first[job.Key] - job.Value).TotalMilliseconds)));
    }
}

/// <summary>The difference between what was acknowledged and what arrived.</summary>
/// <param name="Lost">Acknowledged, and never arrived.</param>
/// <param name="Twice">Every arrival of the jobs that arrived more than once, in order.</param>
/// <param name="Early">Arrived before their fireAt.</param>
/// <param name="Unexpected">Arrived though nothing, or a refusal, had been answered to their post.</param>
internal sealed record Findings(
    IReadOnlyList<Guid> Lost,
    IReadOnlyDictionary<Guid, Arrival[]> Twice,
    IReadOnlyList<Arrival> Early,
    IReadOnlyList<Arrival> Unexpected)
{
    /// <summary>Nothing is lost, early or unexpected. What is twice is for the test to judge.</summary>
    public void AssertNoneLostOrEarly()
    {
        Assert.Empty(Lost);
        Assert.Empty(Early);
        Assert.Empty(Unexpected);
    }

    /// <summary>Each job arrived exactly once.</summary>
    public void AssertEachOnce()
    {
        AssertNoneLostOrEarly();
        Assert.Empty(Twice);
    }
}

/// <summary>Arrival − fireAt of some jobs, ms.</summary>
internal sealed class Lateness
{
    private readonly double[] sorted;

    public Lateness(IEnumerable<(string Account, double Ms)> jobs)
    {
        var all = jobs.ToArray();
        sorted = [.. all.Select(job => job.Ms).Order()];
        var own = all.GroupBy(job => job.Account).OrderBy(jobs => jobs.Key, StringComparer.Ordinal).ToArray();
        ByAccount = own.Length < 2 ? [] : own.ToDictionary(jobs => jobs.Key, jobs => new Lateness(jobs));
    }

    /// <summary>The same for each account's jobs alone; empty where all are one account's.</summary>
    public Dictionary<string, Lateness> ByAccount { get; }

    public int Count => sorted.Length;

    public double P(double share) => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];

    public override string ToString() =>
        $"{Count} jobs, lateness p50 {P(0.5):0.0} ms, p99 {P(0.99):0.0} ms, max {P(1):0.0} ms"
        + string.Concat(ByAccount.Select(own => $"; of {own.Key} {own.Value}"));
}
