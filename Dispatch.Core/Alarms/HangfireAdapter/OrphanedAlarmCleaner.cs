using Dispatch.Model;
using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.Logging;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>Clears dead hosts' alarms from a shared storage. The hosts that arm the jobs next set new alarms.</summary>
internal sealed class OrphanedAlarmCleaner(JobStorage storage, HostIdentity host, ILogger<OrphanedAlarmCleaner> log)
{
    private const string Schedule = "schedule";
    private const int ChunkSize = 500;

    private static readonly TimeSpan FetchAtMost = TimeSpan.FromSeconds(1);

    private bool hasLookedEverywhere;

    /// <summary>Clears the alarms of dead hosts; the next call retries after an error. Must not run twice at once.</summary>
    /// <param name="livingHosts">Called after the storage is read. Hosts sign in before their first alarm, so others are dead.</param>
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
    /// Returns the hosts other than this one that the storage knows. Only the first call reads all alarms: later dead hosts are found among
    /// the servers, or by their queues, because their scheduled alarms are queued when due.
    /// </summary>
    private HashSet<Guid> Look()
    {
        var monitoring = storage.GetMonitoringApi();
        using var connection = storage.GetConnection();
        var hosts = monitoring.Queues()
            .Where(queue => queue.Length > 0)
            .Select(queue => AlarmQueue.HostOf(queue.Name))
            .Concat(monitoring.Servers().Select(server => HostOf(server)));
        if (!hasLookedEverywhere)
        {
            hosts = hosts
                .Concat(Scheduled(connection).Select(alarm => alarm.Host))
                .Concat(Processing(monitoring).Select(alarm => alarm.Host));
        }

        var others = hosts.OfType<Guid>().Where(id => id != host.Id).ToHashSet();
        hasLookedEverywhere = true;
        return others;
    }

    private int Clear(HashSet<Guid> gone, CancellationToken stopping)
    {
        var monitoring = storage.GetMonitoringApi();
        using var connection = storage.GetConnection();
        var cleared = 0;
        foreach (var chunk in Scheduled(connection).Where(IsGone).Chunk(ChunkSize))
        {
            Write(connection, write =>
            {
                foreach (var (entry, _) in chunk)
                {
                    write.RemoveFromSet(Schedule, entry);
                    write.ExpireJob(entry.Split(':')[1], TimeSpan.Zero);
                }
            });
            cleared += chunk.Length;
        }

        foreach (var chunk in Processing(monitoring).Where(IsGone).ToArray().Chunk(ChunkSize))
        {
            Write(connection, write =>
            {
                foreach (var (id, _) in chunk) write.ExpireJob(id, TimeSpan.Zero);
            });
            cleared += chunk.Length;
        }

        // The queues come last, because a scheduler may have moved alarms into them meanwhile.
        foreach (var id in gone) cleared += Empty(connection, AlarmQueue.NameOf(id), stopping);
        foreach (var server in monitoring.Servers())
        {
            if (HostOf(server) is { } id && gone.Contains(id)) connection.RemoveServer(server.Name);
        }

        return cleared;

        bool IsGone((string Key, Guid? Host) alarm) => alarm.Host is { } id && gone.Contains(id);
    }

    private int Empty(IStorageConnection connection, string queue, CancellationToken stopping)
    {
        var taken = 0;
        while (storage.GetMonitoringApi().EnqueuedCount(queue) > 0)
        {
            // FetchNextJob waits for an entry, but another host may have emptied the queue meanwhile.
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

    // Hangfire's entries are queue:id.
    private static IEnumerable<(string Entry, Guid? Host)> Scheduled(IStorageConnection connection) =>
        connection.GetAllItemsFromSet(Schedule).Select(entry => (entry, AlarmQueue.HostOf(entry.Split(':')[0])));

    private static IEnumerable<(string Id, Guid? Host)> Processing(IMonitoringApi monitoring)
    {
        for (var from = 0; monitoring.ProcessingJobs(from, ChunkSize) is { Count: > 0 } page; from += ChunkSize)
        {
            foreach (var (id, job) in page) yield return (id, AlarmQueue.HostOf(job?.Job?.Queue));
        }
    }

    private static Guid? HostOf(Hangfire.Storage.Monitoring.ServerDto server) =>
        server.Queues is [var queue] ? AlarmQueue.HostOf(queue) : null;

    private static void Write(IStorageConnection connection, Action<IWriteOnlyTransaction> fill)
    {
        using var write = connection.CreateWriteTransaction();
        fill(write);
        write.Commit();
    }
}
