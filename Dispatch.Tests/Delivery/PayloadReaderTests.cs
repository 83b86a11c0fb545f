using Dispatch.Data;
using Dispatch.Delivery;
using Dispatch.Delivery.Targets;
using Dispatch.Fairness;
using Dispatch.Hosts;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dispatch.Tests.Delivery;

/// <summary>A big payload is read after the claim, when its bytes have room.</summary>
public abstract class PayloadReaderTests(DatabaseProvider provider)
{
    protected const int Big = 200 * 1024;

    [Theory]
    [InlineData(BigPayload.LongestInRow, false)]
    [InlineData(BigPayload.LongestInRow + 1, true)]
    [InlineData(Big, true)]
    public async Task A_claim_returns_a_small_payload_and_a_big_one_is_read_byte_for_byte(int bytes, bool isBig)
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var payload = Payload(bytes);
        var claimed = await ClaimAsync(rig, payload);
        Assert.Equal((isBig ? bytes : 0, isBig ? 0 : bytes), (claimed.BigPayloadBytes, claimed.Row.Payload.Length));

        using var read = await Reader(rig, new DeliveryOptions()).ReadAsync(claimed, ShareOf(claimed), CancellationToken.None);
        var body = read.ToRequest(claimed.Row, ["whsec_AAAA"], rig.Now).Body.ToArray();
        Assert.Equal(Dispatch.Signing.WebhookBody.Build(claimed.Id, "t", payload, rig.Now), body);
    }

    [Fact]
    public async Task A_job_that_was_deleted_meanwhile_is_gone_and_gives_its_bytes_back()
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var claimed = await ClaimAsync(rig, Payload(Big));
        await using (var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken))
            await db.Jobs.Where(job => job.Id == claimed.Id).ExecuteDeleteAsync(TestContext.Current.CancellationToken);

        var limiters = Limiters(new DeliveryOptions());
        var read = await Reader(rig, limiters).ReadAsync(claimed, ShareOf(claimed), CancellationToken.None);
        Assert.IsType<Payload.Gone>(read);
        Assert.Equal((0, 0), (limiters.Bytes.Taken, limiters.Bytes.Tracked));
    }

    [Fact]
    public async Task A_job_that_another_host_has_taken_over_is_gone()
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var claimed = await ClaimAsync(rig, Payload(Big));
        var read = await Reader(rig, new DeliveryOptions())
            .ReadAsync(StoreRig.AtAttempt(claimed, 2), ShareOf(claimed), CancellationToken.None);
        Assert.IsType<Payload.Gone>(read);
    }

    [Fact]
    public async Task An_error_of_the_database_is_waited_out()
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var claimed = await ClaimAsync(rig, Payload(Big));
        var failing = new FailingContexts(rig.Database.Contexts, failures: 2);
        var limiters = Limiters(new DeliveryOptions());
        var reader = new PayloadReader(failing, limiters, rig.Host, NeverLost(rig), NullLogger<PayloadReader>.Instance);

        using (var read = await reader.ReadAsync(claimed, ShareOf(claimed), CancellationToken.None)) Assert.IsType<Payload.InBody>(read);
        Assert.Equal((-1, 0, 0), (failing.Left, limiters.Bytes.Taken, limiters.Reads.Taken));
    }

    [Fact]
    public async Task An_account_waits_for_its_share_of_the_bytes_and_another_one_does_not()
    {
        await using var rig = await StoreRig.StartAsync(provider);
        var limiters = Limiters(new DeliveryOptions { MaxBytesInFlight = 1024 * 1024 });   // four bodies of this size
        var reader = Reader(rig, limiters);
        var (first, second, third) = (await ClaimAsync(rig), await ClaimAsync(rig), await ClaimAsync(rig));

        var held = await reader.ReadAsync(first, ShareOf(first), CancellationToken.None);
        var waiting = reader.ReadAsync(second, ShareOf(second), CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);   // a destination gets a quarter
        var stranger = ShareOf(third) with { AccountId = Guid.NewGuid() };
        using (var others = await reader.ReadAsync(third, stranger, CancellationToken.None)) Assert.IsType<Payload.InBody>(others);

        Assert.False(waiting.IsCompleted);
        held.Dispose();
        using var then = await waiting;
        Assert.IsType<Payload.InBody>(then);
    }

    protected static byte[] Payload(int bytes)
    {
        var payload = new byte[bytes];
        new Random(bytes).NextBytes(payload);
        return payload;
    }

    private static async Task<ClaimedJob> ClaimAsync(StoreRig rig, byte[]? payload = null)
    {
        var job = rig.NewJob(rig.Now);
        job.Payload = payload ?? Payload(Big);
        Assert.True(await rig.Store.InsertAsync(job, keyId: null));
        return Assert.IsType<ClaimedJob>(await rig.ClaimAsync(job.Id));
    }

    private static Share ShareOf(ClaimedJob job) => new(job.Row.AccountId, job.ProjectId, "receiver.example:443");

    private static DeliveryLimiters Limiters(DeliveryOptions options) => new(
        options, new Descriptors(Limit: null), new OwnInbox(new DispatchOptions()), NullLogger<DeliveryLimiters>.Instance);

    private static Lease NeverLost(StoreRig rig) => new(new DatabaseOptions(), rig.Clock);

    private static PayloadReader Reader(StoreRig rig, DeliveryOptions options) => Reader(rig, Limiters(options));

    private static PayloadReader Reader(StoreRig rig, DeliveryLimiters limiters) =>
        new(rig.Database.Contexts, limiters, rig.Host, NeverLost(rig), NullLogger<PayloadReader>.Instance);

    private sealed class FailingContexts(IDbContextFactory<DispatchDbContext> contexts, int failures) : IDbContextFactory<DispatchDbContext>
    {
        public int Left { get; private set; } = failures;

        public DispatchDbContext CreateDbContext() =>
            Left-- > 0 ? throw new SqliteException("disk I/O error", 10) : contexts.CreateDbContext();
    }
}

public sealed class PayloadReaderOnSqlite() : PayloadReaderTests(DatabaseProvider.Sqlite)
{
    /// <summary>Everybody's writes would wait while a payload is written again for each change of its job's status.</summary>
    [Fact]
    public async Task A_claim_and_an_outcome_do_not_write_a_big_payload_again()
    {
        await using var rig = await StoreRig.StartAsync(DatabaseProvider.Sqlite);
        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var log = new FileInfo(db.Database.GetDbConnection().DataSource + "-wal");
        var job = rig.NewJob(rig.Now);
        job.Payload = Payload(Big);
        Assert.True(await rig.Store.InsertAsync(job, keyId: null));
        await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)", TestContext.Current.CancellationToken);
        Assert.Equal(0, Length());

        var claimed = Assert.IsType<ClaimedJob>(await rig.ClaimAsync(job.Id));
        Assert.True(await rig.RecordAsync(claimed, Transition.Deliver));
        Assert.InRange(Length(), 1, Big / 4);

        long Length()
        {
            log.Refresh();
            return log.Length;
        }
    }
}

public sealed class PayloadReaderOnPostgres() : PayloadReaderTests(DatabaseProvider.Postgres);

public sealed class PayloadReaderOnSqlServer() : PayloadReaderTests(DatabaseProvider.SqlServer);
