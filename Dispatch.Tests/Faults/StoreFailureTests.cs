using System.Text.Json;
using Dispatch.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Scenario 22 of reliability.md: the database refuses to store, with an error that no driver takes for a passing one.
/// What was delivered is delivered, and must not go out again because nobody could write it down.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class StoreFailureTests
{
    private const int PerSecond = 50;

    private const string Refusing =
        """
        CREATE TABLE "Refusals" ("Why" text);
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM "Refusals") THEN RAISE EXCEPTION 'refused' USING ERRCODE = '22000'; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON "Jobs" FOR EACH STATEMENT EXECUTE FUNCTION refuse();
        CREATE TRIGGER refuse BEFORE INSERT ON "Attempts" FOR EACH STATEMENT EXECUTE FUNCTION refuse();
        """;

    private const string RefusingPoison =
        """
        CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW."ResponseBody" LIKE '%poison%' THEN RAISE EXCEPTION 'refused' USING ERRCODE = '22000'; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER refuse_poison BEFORE INSERT ON "Attempts" FOR EACH ROW EXECUTE FUNCTION refuse_poison();
        """;

    [Fact]
    public Task Nothing_is_sent_again_because_its_outcome_is_refused() => RefuseAsync(TimeSpan.FromSeconds(12));

    /// <summary>The full length: <c>./test.sh --long</c>.</summary>
    [Fact(Explicit = true), Trait("Category", "Long")]
    public Task Nothing_is_sent_again_because_its_outcome_is_refused_for_five_minutes() => RefuseAsync(TimeSpan.FromMinutes(5));

    [Fact]
    public async Task An_answer_that_the_database_refuses_is_left_out_of_its_outcome()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.WarmUpAsync();
        await cluster.ExecuteAsync(RefusingPoison);
        cluster.Receiver.Answer = (arrival, context) =>
            context.Response.WriteAsync(arrival.Path == "/poison" ? "this is poison" : "this is not", CancellationToken.None);
        var ledger = new Ledger();
        var load = new TimedLoad(ledger, cluster.Receiver.Url + "/", PerSecond, cluster.Users);
        var begun = DateTimeOffset.UtcNow;
        var job = (await ledger.PostAsync(cluster.Users[0], cluster.Receiver.Url + "/poison", begun.AddSeconds(1)))!.Value;

        JsonElement? stored = null;
        while (stored is null && DateTimeOffset.UtcNow < begun.AddSeconds(45))
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            var seen = await cluster.Users[0].JobAsync(job);
            if (seen.GetProperty("status").GetString() == "SUCCESS") stored = seen;
        }

        var took = DateTimeOffset.UtcNow - begun;
        await load.EndAsync();
        await ledger.AllArriveAsync(cluster.Receiver, TimeSpan.FromSeconds(20));
        var others = ledger.LatenessOf(cluster.Receiver, (id, _) => id != job);
        TestContext.Current.SendDiagnosticMessage(
            $"scenario 22, an answer that is refused: stored {(stored is null ? "never" : "")} after {took.TotalSeconds:0.0} s, "
            + $"sent {cluster.Receiver.Arrivals.Count(a => a.JobId == job)} times; the others: {others}; {load}; {stored}");

        ledger.Compare(cluster.Receiver).AssertEachOnce();
        load.AssertAllTaken();
        Assert.True(others.P(0.99) <= 50, $"the others were late: {others}");
        var log = Assert.Single(Assert.NotNull(stored).GetProperty("logs").EnumerateArray());
        Assert.Equal(("SUCCESS", 200), (log.GetProperty("status").GetString(), log.GetProperty("responseCode").GetInt32()));
        Assert.DoesNotContain("poison", log.GetRawText(), StringComparison.Ordinal);
        var note = log.GetProperty("responseBody").GetString() ?? log.GetProperty("error").GetString();
        Assert.False(string.IsNullOrEmpty(note), "nothing says that the answer is missing");
        await cluster.AllSucceedAsync(ledger, TimeSpan.FromSeconds(20));
    }

    private static async Task RefuseAsync(TimeSpan time)
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.ExecuteAsync(Refusing);
        await new NoWrites("scenario 22, every write refused", FiresWithin: TimeSpan.FromSeconds(10)).RunAsync(
            cluster,
            time,
            begin: () => cluster.ExecuteAsync("""INSERT INTO "Refusals" VALUES ('on')"""),
            end: () => cluster.ExecuteAsync("""DELETE FROM "Refusals" """));
    }
}
