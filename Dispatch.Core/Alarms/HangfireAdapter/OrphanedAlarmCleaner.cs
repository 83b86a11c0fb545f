using Dispatch.Model;
using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.Logging;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>
/// Clears what hosts that are gone have left in a storage that hosts share. Nobody takes from their queues any more; their jobs get new alarms from the hosts
/// that arm them next.
/// </summary>
internal sealed class OrphanedAlarmCleaner(JobStorage storage, HostIdentity host, ILogger<OrphanedAlarmCleaner> log)
{
    private const string Schedule = "schedule";
    private const int Chunk = 500;

    private static readonly TimeSpan FetchAtMost = TimeSpan.FromSeconds(1);

    private bool hasLookedEverywhere;

    /// <summary>Clears the alarms of every host that is neither this one nor living. What fails is left for the next call. One call at a time.</summary>
    /// <param name="livingHosts">
    /// Asked after the look at the storage: a host signs in before it sets an alarm, so whoever has one and is not signed in then is gone.
    /// </param>
    public async Task ClearAsync(Func<CancellationToken, Task<IReadOnlySet<Guid>>> livingHosts, CancellationToken stopping)
    {
        try
        {
            var others = await Task.Run(Look, stopping);   // the storage blocks
            if (others.Count == 0) return;

            others.ExceptWith(await livingHosts(stopping));
            if (others.Count > 0) Log.OrphanedAlarmsCleared(log, await Task.Run(() => Clear(others, stopping), stopping));
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.OrphanedAlarmsNotCleared(log, exception);
        }
    }

    /// <summary>
    /// The hosts other than this one that the storage knows. A killed one is among the servers, and what any left comes into its queue in the end: so only
    /// the first look goes through all alarms.
    /// </summary>
    private HashSet<Guid> Look()
    {
        var books = storage.GetMonitoringApi();
        using var connection = storage.GetConnection();
        var hosts = books.Queues().Where(queue => queue.Length > 0).Select(queue => AlarmQueue.HostOf(queue.Name)).Concat(books.Servers().Select(server => HostOf(server)));
        if (!hasLookedEverywhere) hosts = hosts.Concat(Scheduled(connection).Select(alarm => alarm.Host)).Concat(Processing(books).Select(alarm => alarm.Host));
        var others = hosts.OfType<Guid>().Where(id => id != host.Id).ToHashSet();
        hasLookedEverywhere = true;
        return others;
    }

    private int Clear(HashSet<Guid> gone, CancellationToken stopping)
    {
        var books = storage.GetMonitoringApi();
        using var connection = storage.GetConnection();
        var cleared = 0;
        foreach (var some in Scheduled(connection).Where(IsGone).Chunk(Chunk))
        {
            Write(connection, write =>
            {
                foreach (var (entry, _) in some)
                {
                    write.RemoveFromSet(Schedule, entry);
                    write.ExpireJob(entry.Split(':')[1], TimeSpan.Zero);
                }
            });
            cleared += some.Length;
        }

        foreach (var some in Processing(books).Where(IsGone).ToArray().Chunk(Chunk))
        {
            Write(connection, write =>
            {
                foreach (var (id, _) in some) write.ExpireJob(id, TimeSpan.Zero);
            });
            cleared += some.Length;
        }

        // Last: a scheduler may have moved something there meanwhile.
        foreach (var id in gone) cleared += Empty(connection, AlarmQueue.NameOf(id), stopping);
        foreach (var server in books.Servers().Where(server => HostOf(server) is { } id && gone.Contains(id))) connection.RemoveServer(server.Name);
        return cleared;

        bool IsGone((string Key, Guid? Host) alarm) => alarm.Host is { } id && gone.Contains(id);
    }

    private int Empty(IStorageConnection connection, string queue, CancellationToken stopping)
    {
        var taken = 0;
        while (storage.GetMonitoringApi().EnqueuedCount(queue) > 0)
        {
            // Another host may be emptying it as well: then there is nothing to wait for.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            limit.CancelAfter(FetchAtMost);
            try
            {
                using var fetched = connection.FetchNextJob([queue], limit.Token);
                Write(connection, write => write.ExpireJob(fetched.JobId, TimeSpan.Zero));
                fetched.RemoveFromQueue();
                taken++;
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                break;
            }
        }

        return taken;
    }

    /// <summary>Entries of the schedule, <c>queue:id</c>.</summary>
    private static IEnumerable<(string Entry, Guid? Host)> Scheduled(IStorageConnection connection) =>
        connection.GetAllItemsFromSet(Schedule).Select(entry => (entry, AlarmQueue.HostOf(entry.Split(':')[0])));

    private static IEnumerable<(string Id, Guid? Host)> Processing(IMonitoringApi books)
    {
        for (var from = 0; books.ProcessingJobs(from, Chunk) is { Count: > 0 } page; from += Chunk)
        {
            foreach (var (id, job) in page) yield return (id, AlarmQueue.HostOf(job?.Job?.Queue));
        }
    }

    private static Guid? HostOf(Hangfire.Storage.Monitoring.ServerDto server) => server.Queues is [var queue] ? AlarmQueue.HostOf(queue) : null;

    private static void Write(IStorageConnection connection, Action<IWriteOnlyTransaction> fill)
    {
        using var write = connection.CreateWriteTransaction();
        fill(write);
        write.Commit();
    }
}
