using Dispatch.Data.Statements;
using Dispatch.Model;
using Dispatch.Settings;

namespace Dispatch.Writing;

/// <summary>One kind of frequent write: its statements, and what the rows that come back mean for the feed and the counters.</summary>
internal abstract class Verb
{
    /// <summary>The verb's place in a batch. Cancellations come before claims, so that the user wins over the engine.</summary>
    public abstract int Place { get; }

    /// <summary>The statements that carry out the requests. They run in the batch's transaction.</summary>
    public abstract IEnumerable<SqlCall> Calls(IReadOnlyList<WriteRequest> requests, BatchContext batch);

    /// <summary>The requests that changed no row, though it might be there: only locked, or changed by a try without an answer.</summary>
    public virtual IEnumerable<SqlCall> Questions(IReadOnlyList<WriteRequest> requests, BatchContext batch) => [];
}

/// <summary>A verb whose requests share one statement.</summary>
internal abstract class Verb<TRequest> : Verb
    where TRequest : WriteRequest
{
    protected abstract RowStatement<TRequest> Statement { get; }

    /// <summary>Returns the keys of the rows that the statement left out because they are locked. Null: there are none.</summary>
    protected virtual RowStatement<TRequest>? Locked => null;

    /// <summary>Returns the same as the statement for requests that an earlier try has stored. Null: those are not tried again.</summary>
    protected virtual RowStatement<TRequest>? Stored => null;

    public override IEnumerable<SqlCall> Calls(IReadOnlyList<WriteRequest> requests, BatchContext batch) =>
        Calls(Statement, [.. requests.Cast<TRequest>()], batch);

    public override IEnumerable<SqlCall> Questions(IReadOnlyList<WriteRequest> requests, BatchContext batch)
    {
        var unchanged = requests.Cast<TRequest>().Where(request => !IsChanged(request)).ToList();
        if (unchanged.Count == 0 || batch.Provider == DatabaseProvider.Sqlite) return [];   // SQLite locks no rows and always answers

        List<SqlCall> questions = [];
        if (Stored is { } stored && unchanged.Where(request => request.MayBeStored).ToList() is { Count: > 0 } uncertain)
        {
            foreach (var request in uncertain) request.IsInQuestion = true;
            questions.AddRange(stored.Calls(batch.Provider, uncertain, Values(batch), (request, row) => Changed(request, row, batch)));
        }

        if (Locked is { } locked)
        {
            foreach (var request in unchanged) request.IsInQuestion = true;
            questions.AddRange(locked.Calls(batch.Provider, unchanged, Values(batch), (request, _) => request.IsLocked = true));
        }

        return questions;
    }

    protected IEnumerable<SqlCall> Calls(RowStatement<TRequest> statement, IReadOnlyList<TRequest> requests, BatchContext batch) =>
        statement.Calls(batch.Provider, requests, Values(batch), (request, row) => Changed(request, row, batch));

    /// <summary>The values that all rows share.</summary>
    protected virtual IReadOnlyList<SqlValue> Values(BatchContext batch) => batch.Values;

    /// <summary>Sets the request's result from the row that came back.</summary>
    protected abstract void Read(TRequest request, SqlRow row, BatchContext batch);

    /// <summary>Notes the change for the feed, and for SQLite's counters: a server's statement counts by itself.</summary>
    protected abstract void Note(TRequest request, BatchContext batch);

    protected abstract bool IsChanged(TRequest request);

    private void Changed(TRequest request, SqlRow row, BatchContext batch)
    {
        Read(request, row, batch);
        Note(request, batch);
    }
}

/// <summary>What the statements of one batch share.</summary>
/// <param name="Now">Milliseconds since the Unix epoch, UTC.</param>
internal sealed record BatchContext(DatabaseProvider Provider, HostIdentity Host, long Now, JobChanges Changes)
{
    /// <summary><c>@hostId</c>, <c>@spareId</c> (see <c>CountSql</c>) and <c>@now</c>.</summary>
    public IReadOnlyList<SqlValue> Values { get; } =
        [new("hostId", Host.Id), new("spareId", Guid.CreateVersion7()), new("now", Now)];
}
