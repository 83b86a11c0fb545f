using System.Data;
using System.Data.Common;
using Dispatch.Data;
using Dispatch.Data.Statements;
using Dispatch.Fairness;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Signing;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dispatch.Delivery;

/// <summary>
/// Reads a claimed job's <see cref="BigPayload"/>, which does not come with the claim: once the account has bytes free, so mostly before
/// the job is due.
/// </summary>
internal sealed class PayloadReader(
    IDbContextFactory<DispatchDbContext> contexts, DeliveryLimiters limiters, HostIdentity host, Lease lease, ILogger<PayloadReader> log)
{
    private const int MaxFaults = 10;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(4);

    private const string IsClaimed = """
        EXISTS (SELECT 1 FROM "Jobs" WHERE "Id" = @id AND "Status" = 'FIRING' AND "Attempt" = @attempt AND "ArmedBy" = @hostId)
        """;

    // With its rowid SQLite reads the value in pieces; otherwise its driver would make an array of it.
    private static readonly SqlText Select = new(
        $"""SELECT "Bytes", "rowid" FROM "BigPayloads" WHERE "JobId" = @id AND {IsClaimed};""",
        $"""SELECT "Bytes" FROM "BigPayloads" WHERE "JobId" = @id AND {IsClaimed};""",
        $"""SELECT [Bytes] FROM [BigPayloads] WHERE [JobId] = @id AND {SqlText.InBrackets(IsClaimed)};""");

    private readonly FailureStreak failures = new();

    /// <summary>Waits for room and for the database. An outage is not the receiver's fault, so it costs no attempt.</summary>
    /// <exception cref="OperationCanceledException">The host gives up on its deliveries.</exception>
    public async ValueTask<Payload> ReadAsync(ClaimedJob job, Share share, CancellationToken abort)
    {
        if (job.BigPayloadBytes == 0) return Payload.InRow.Instance;

        var permit = await limiters.Bytes.EnterAsync(share, PooledBody.Cost(job.Row.Title, job.BigPayloadBytes), abort);
        var body = new PooledBody(job.Id, job.Row.Title, job.BigPayloadBytes, permit);
        Payload? payload = null;
        try
        {
            return payload = await ReadPatientlyAsync(job, body, share, abort);
        }
        finally
        {
            if (payload is not Payload.InBody) body.Dispose();
        }
    }

    private async Task<Payload> ReadPatientlyAsync(ClaimedJob job, PooledBody body, Share share, CancellationToken abort)
    {
        var delay = FirstDelay;
        for (var faults = 0; lease.IsHeldSince(job.Term);)
        {
            try
            {
                using var turn = await limiters.Reads.EnterAsync(share, abort);
                var isThere = await ReadOnceAsync(job, body.Payload, abort);
                failures.Ends();
                return isThere ? new Payload.InBody(body) : Payload.Gone.Instance;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                abort.ThrowIfCancellationRequested();   // SQL Server's driver reports a cancelled statement as an error of the database
                if (!DatabaseFaults.IsUnavailable(exception) && ++faults == MaxFaults) return new Payload.Unreadable(exception);
                if (failures.Begins()) Log.PayloadNotRead(log, job.Id, exception);
            }

            await Task.Delay(delay, abort);
            delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        }

        Log.LeaseLost(log, job.Id, job.Attempt);
        return Payload.Gone.Instance;
    }

    /// <summary>False: there is no such claim any more.</summary>
    private async Task<bool> ReadOnceAsync(ClaimedJob job, Memory<byte> into, CancellationToken abort)
    {
        await using var db = await contexts.CreateDbContextAsync(abort);
        await db.Database.OpenConnectionAsync(abort);
        await using var command = CommandFor(db, job);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, abort);
        if (!await reader.ReadAsync(abort)) return false;

        await using var payload = reader.GetStream(0);
        await payload.ReadExactlyAsync(into, abort);
        return true;
    }

    private DbCommand CommandFor(DispatchDbContext db, ClaimedJob job)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = Select.For(db.Provider);
        Add("id", job.Id);
        Add("attempt", job.Attempt);
        Add("hostId", host.Id);
        return command;

        void Add(string name, object value)
        {
            var parameter = command.CreateParameter();
            // PostgreSQL's parameters have no names here, but the order of the statement.
            parameter.ParameterName = db.Provider == DatabaseProvider.Postgres ? "" : $"@{name}";
            parameter.Value = SqlValues.For(db.Provider, value);
            command.Parameters.Add(parameter);
        }
    }
}
