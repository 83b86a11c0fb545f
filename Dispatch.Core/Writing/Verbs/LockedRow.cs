namespace Dispatch.Writing.Verbs;

/// <summary>How a statement of PostgreSQL finds and locks the jobs of a batch.</summary>
internal static class LockedRow
{
    /// <summary>
    /// The row <c>j</c> of the job <c>a."Id"</c>, locked; no row if somebody else has locked it. OFFSET 0 keeps the conditions that follow
    /// out of it: with old statistics PostgreSQL would search for them, and read all jobs of a host or of a status.
    /// </summary>
    public const string OnPostgres = """LATERAL (SELECT * FROM "Jobs" WHERE "Id" = a."Id" OFFSET 0 FOR UPDATE SKIP LOCKED)""";
}
