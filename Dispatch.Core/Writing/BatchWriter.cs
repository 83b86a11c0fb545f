using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Data.Statements;
using Dispatch.Model;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dispatch.Writing;

/// <summary>Carries out a batch of frequent writes in one transaction, and finds the write that makes it fail.</summary>
internal sealed class BatchWriter(
    IDbContextFactory<DispatchDbContext> contexts,
    HostIdentity host,
    WriteQueueEvents events,
    WriteHealth health,
    TimeProvider clock,
    ILogger<WriteQueue> log) : IDisposable
{
    private const int MaxConflicts = 5;

    /// <summary>So many failures in one batch without a success mean that the database refuses everything.</summary>
    private const int MaxRefusals = 20;

    // The first writes something. The second finds no row, but fails if the jobs as such may not be written.
    private static readonly SqlText[] Probes =
    [
        Probe("""UPDATE "Hosts" SET "Name" = "Name" WHERE "Id" = @hostId;"""),
        Probe("""UPDATE "Jobs" SET "ArmedBy" = "ArmedBy" WHERE "Id" = @hostId;"""),
    ];

    private WriterConnection? connection;
    private int refusals;

    /// <summary>Stores the writes. Returns those that must be tried again; all others have their result.</summary>
    public IReadOnlyList<WriteRequest> Write(IReadOnlyList<WriteRequest> batch)
    {
        var again = new List<WriteRequest>();
        refusals = 0;
        // A write that the database has refused is tried alone, so that it does not spoil the batch of others again.
        var suspects = batch.Where(write => write.Refusals > 0).ToList();
        Write(suspects.Count == 0 ? batch : [.. batch.Where(write => write.Refusals == 0)], again, conflicts: 0);
        foreach (var suspect in suspects)
        {
            if (refusals > MaxRefusals) again.Add(suspect);   // the database refuses everything
            else Write([suspect], again, conflicts: 0);
        }

        return again;
    }

    /// <summary>Finds out whether the database takes writes: writes something that changes nothing.</summary>
    public void TryProbe()
    {
        try
        {
            connection ??= WriterConnection.Open(contexts);
            connection.Execute([.. Probes.Select(probe => new SqlCall(probe, [new("hostId", host.Id)], _ => { }))], () => []);
            health.Committed();
        }
        catch (Exception)
        {
            health.Failed();   // the failure before was logged
            Disconnect();
        }
    }

    public void Dispose() => Disconnect();

    private static SqlText Probe(string text) => new(text, text, SqlText.InBrackets(text));

    private void Write(IReadOnlyList<WriteRequest> batch, List<WriteRequest> again, int conflicts)
    {
        if (batch.Count == 0) return;

        var changes = new JobChanges(events.IsWatched());
        Exception? unanswered;
        try
        {
            unanswered = Apply(batch, changes);
        }
        catch (Exception exception) when (DatabaseFaults.IsConflict(exception) && conflicts < MaxConflicts)
        {
            Log.BatchConflict(log, batch.Count, exception);
            Write(batch, again, conflicts + 1);
            return;
        }
        catch (Exception exception)
        {
            Fail(batch, again, exception);
            return;
        }

        refusals = 0;
        health.Committed();
        foreach (var write in batch)
        {
            if (unanswered is not null && write.IsInQuestion) continue;
            if (write.IsLocked) again.Add(write);
            else write.Complete();
        }

        events.Committed(changes);
        if (unanswered is not null) Fail([.. batch.Where(write => write.IsInQuestion)], again, unanswered);
    }

    /// <summary>Returns why the questions after the commit got no answer; null if they did. The other writes are durable.</summary>
    private Exception? Apply(IReadOnlyList<WriteRequest> batch, JobChanges changes)
    {
        foreach (var write in batch) write.Begin();
        connection ??= WriterConnection.Open(contexts);
        var context = new BatchContext(connection.Provider, host, clock.NowMs(), changes);
        var verbs = batch
            .GroupBy(write => ((IBatchedWrite)write).Verb, (verb, requests) => (Verb: verb, Requests: requests.ToList()))
            .OrderBy(group => group.Verb.Place)
            .ToList();
        connection.Execute(
            [.. verbs.SelectMany(group => group.Verb.Calls(group.Requests, context))],
            () => CounterUpdates.Calls(context.Provider, context.Values, changes.Counters));
        try
        {
            connection.Read([.. verbs.SelectMany(group => group.Verb.Questions(group.Requests, context))]);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private void Fail(IReadOnlyList<WriteRequest> batch, List<WriteRequest> again, Exception exception)
    {
        var isFirst = health.Failed();
        var isUnavailable = DatabaseFaults.IsUnavailable(exception);
        var wasSent = connection is not null;   // otherwise it could not be opened
        if (isUnavailable || connection?.IsOpen == false) Disconnect();
        if (wasSent && !DatabaseFaults.IsAnswered(exception))
        {
            foreach (var write in batch.Where(write => !write.IsInQuestion)) write.MayBeStored = true;
        }

        if (!isUnavailable && ++refusals <= MaxRefusals)
        {
            if (refusals == 1 && batch.Count > 1) Log.BatchSplit(log, batch.Count, exception);
            Split(batch, again, exception, isProven: isFirst);
            return;
        }

        if (isFirst) Log.StoreUnavailable(log, batch.Count, exception);
        var unavailable = new StoreUnavailableException("The database does not take writes at the moment.", exception);
        foreach (var write in batch)
        {
            if (write.IsAwaited) write.Fail(unavailable);
            else again.Add(write);
        }
    }

    /// <summary>One write makes the transaction of all fail. Halves find it with few transactions.</summary>
    /// <param name="isProven">True if the last transaction before was stored, so that the database takes other writes.</param>
    private void Split(IReadOnlyList<WriteRequest> batch, List<WriteRequest> again, Exception exception, bool isProven)
    {
        if (batch.Count > 1)
        {
            Write([.. batch.Take(batch.Count / 2)], again, conflicts: 0);
            Write([.. batch.Skip(batch.Count / 2)], again, conflicts: 0);
            return;
        }

        batch[0].Refusals++;
        if (batch[0].SurvivesRefusal() || (!isProven && !batch[0].IsAwaited))
        {
            again.Add(batch[0]);
            return;
        }

        // If nothing at all is stored, the caller may try again later; otherwise it is this write's fault.
        if (health.IsStalled)
        {
            batch[0].Fail(new StoreUnavailableException("The database refuses every write at the moment.", exception));
            return;
        }

        Log.WriteFailed(log, batch[0].Subject, exception);
        batch[0].Fail(exception);
    }

    private void Disconnect()
    {
        connection?.Dispose();
        connection = null;
    }
}
