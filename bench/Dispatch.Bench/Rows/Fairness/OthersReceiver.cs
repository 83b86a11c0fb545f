using System.Diagnostics;
using System.Text;
using Dispatch.Bench.Contestants;

namespace Dispatch.Bench.Rows.Fairness;

/// <summary>Where the other account's jobs arrive.</summary>
internal abstract class OthersReceiver
{
    public abstract string Url { get; }

    /// <summary>What came so far does not count.</summary>
    public abstract Task ForgetAsync();

    /// <summary>
    /// What was due since that instant, once so many have arrived, or after that time; what has not arrived then counts as that late.
    /// </summary>
    public async Task<Arrivals> ReportAsync(int count, long dueFromMs, TimeSpan limit)
    {
        var watch = Stopwatch.StartNew();
        Arrivals arrivals;
        while ((arrivals = await LookAsync(dueFromMs, count, limit.TotalMilliseconds)).Unique < count && watch.Elapsed < limit)
            await Task.Delay(1_000);
        return arrivals;
    }

    protected abstract Task<Arrivals> LookAsync(long dueFromMs, int count, double missingMs);

    /// <summary>A path of the bench's receiver that is this account's alone.</summary>
    internal sealed class Path(Receiver receiver, string url, string account) : OthersReceiver
    {
        public override string Url => url;

        public override Task ForgetAsync() => receiver.ResetAsync();

        protected override Task<Arrivals> LookAsync(long dueFromMs, int count, double missingMs) =>
            receiver.OfAccountAsync(account, dueFromMs, count, missingMs);
    }

    /// <summary>The account's own inbox, which keeps the last 100 requests.</summary>
    internal sealed class Inbox(Account account, string url) : OthersReceiver
    {
        private readonly Dictionary<string, Arrived> arrived = [];

        public override string Url => url;

        public override Task ForgetAsync()
        {
            arrived.Clear();
            return Task.CompletedTask;
        }

        protected override async Task<Arrivals> LookAsync(long dueFromMs, int count, double missingMs)
        {
            foreach (var request in (await account.InboxAsync()).GetProperty("requests").EnumerateArray())
            {
                var at = request.GetProperty("receivedAt").GetDateTimeOffset().ToUnixTimeMilliseconds();
                arrived[request.GetProperty("id").GetString()!] =
                    Arrived.Read(account.Name, Encoding.UTF8.GetBytes(request.GetProperty("body").GetString()!), at);
            }

            return Arrivals.Of([.. arrived.Values.Where(request => request.DueMs >= dueFromMs)], count, missingMs);
        }
    }
}
