using Dispatch.Data.Statements;
using Dispatch.Model;

namespace Dispatch.Writing.Verbs;

/// <summary>Which held jobs a recovery is about. The condition is about a row <c>j</c> of the jobs.</summary>
internal sealed record HeldJobs(string Condition, Guid HostId, long LastSeenAt = 0, AlarmId Claim = default)
{
    private const string ByHost = """j."ArmedBy" = @heldBy""";

    // A host that was only paused beats first and claims afterwards. Its new claims are its own.
    private const string ByDeadHost = """
        j."ArmedBy" = @heldBy
            AND NOT EXISTS (SELECT 1 FROM "Hosts" AS h WHERE h."Id" = @heldBy AND h."LastSeenAt" <> @heldSeenAt)
        """;

    private const string ByUnknownHost = """
        j."ArmedBy" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "Hosts" AS h WHERE h."Id" = j."ArmedBy")
        """;

    private const string OneByHost = """
        j."Id" = @heldJob AND j."ArmedBy" = @heldBy AND j."Attempt" = @heldAttempt AND j."Generation" = @heldGeneration
        """;

    /// <summary>Every condition, to which each verb has a text.</summary>
    public static readonly IReadOnlyList<string> Conditions = [ByHost, ByDeadHost, ByUnknownHost, OneByHost];

    /// <summary>The jobs of hosts that have no row, because these hosts are gone.</summary>
    public static readonly HeldJobs OfUnknownHosts = new(ByUnknownHost, Guid.Empty);

    public static HeldJobs Of(Guid hostId) => new(ByHost, hostId);

    /// <summary>The jobs of a host that is dead if it has not beaten since that time.</summary>
    public static HeldJobs OfDead(Guid hostId, long lastSeenAt) => new(ByDeadHost, hostId, lastSeenAt);

    public static HeldJobs One(AlarmId claim, Guid hostId) => new(OneByHost, hostId, Claim: claim);

    public IReadOnlyList<SqlValue> Values =>
    [
        new("heldBy", HostId), new("heldSeenAt", LastSeenAt),
        new("heldJob", Claim.JobId), new("heldAttempt", Claim.Attempt), new("heldGeneration", Claim.Generation)
    ];
}
