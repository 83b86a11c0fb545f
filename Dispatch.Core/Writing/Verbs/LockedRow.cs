using Dispatch.Data.Statements;

namespace Dispatch.Writing.Verbs;

/// <summary>How a statement finds and locks the jobs of a batch, and which of them there are.</summary>
internal static class LockedRow
{
    /// <summary>
    /// The row <c>j</c> of the job <c>a."Id"</c>, locked; no row if somebody else has locked it. OFFSET 0 keeps the conditions that follow
    /// out of it: with old statistics PostgreSQL would search for them, and read all jobs of a host or of a status.
    /// </summary>
    public const string OnPostgres = """LATERAL (SELECT * FROM "Jobs" WHERE "Id" = a."Id" OFFSET 0 FOR UPDATE SKIP LOCKED)""";

    /// <summary>The jobs <c>@Id</c> of the projects <c>@ProjectId</c>, whatever their status.</summary>
    public static readonly SqlText ExistingJobs = new(
        sqlite: "",
        """
        SELECT j."Id" FROM unnest(@Id, @ProjectId) AS a ("Id", "ProjectId")
        JOIN "Jobs" AS j ON j."Id" = a."Id" AND j."ProjectId" = a."ProjectId";
        """,
        """
        SELECT j.[Id] FROM OPENJSON(@rows) WITH ([Id] binary(16), [ProjectId] binary(16)) AS a
        JOIN [Jobs] AS j ON j.[Id] = a.[Id] AND j.[ProjectId] = a.[ProjectId];
        """);
}
