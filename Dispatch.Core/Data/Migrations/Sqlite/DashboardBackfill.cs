namespace Dispatch.Data.Migrations.Sqlite
{
    /// <summary>Fills the counters from the rows that were there before them, as of host 0. Run inside the migration that adds the tables.</summary>
    internal static class DashboardBackfill
    {
        public const string Tallies = """
            INSERT INTO "ProjectTallies" ("ProjectId", "HostId", "Scheduled", "Firing", "Success", "Failed", "Dead", "Cancelled")
            SELECT "ProjectId", zeroblob(16),
                COUNT(CASE WHEN "Status" = 'SCHEDULED' THEN 1 END), COUNT(CASE WHEN "Status" = 'FIRING' THEN 1 END), COUNT(CASE WHEN "Status" = 'SUCCESS' THEN 1 END),
                COUNT(CASE WHEN "Status" = 'FAILED' THEN 1 END), COUNT(CASE WHEN "Status" = 'DEAD' THEN 1 END), COUNT(CASE WHEN "Status" = 'CANCELLED' THEN 1 END)
            FROM "Jobs" GROUP BY "ProjectId";
            """;

        // What the overview shows, and an hour more for a clock that is a little off.
        public const string Hours = """
            INSERT INTO "DeliveryHours" ("ProjectId", "Hour", "HostId", "Succeeded", "Failed", "Died", "Late1", "Late2", "Late3", "Late5", "Late10", "Late20", "Late50",
                "Late100", "Late200", "Late500", "Late1000", "Late5000", "LateMinute", "LateHour", "LateDay")
            SELECT "ProjectId", "FiredAt" - "FiredAt" % 3600000, zeroblob(16),
                COUNT(CASE WHEN "Outcome" = 'SUCCESS' THEN 1 END), COUNT(CASE WHEN "Outcome" = 'FAILED' THEN 1 END), COUNT(CASE WHEN "Outcome" = 'FAILED' AND "IsLast" AND "Status" = 'DEAD' THEN 1 END),
                COUNT(CASE WHEN "Late" <= 1 THEN 1 END), COUNT(CASE WHEN "Late" = 2 THEN 1 END), COUNT(CASE WHEN "Late" = 3 THEN 1 END), COUNT(CASE WHEN "Late" BETWEEN 4 AND 5 THEN 1 END),
                COUNT(CASE WHEN "Late" BETWEEN 6 AND 10 THEN 1 END), COUNT(CASE WHEN "Late" BETWEEN 11 AND 20 THEN 1 END), COUNT(CASE WHEN "Late" BETWEEN 21 AND 50 THEN 1 END),
                COUNT(CASE WHEN "Late" BETWEEN 51 AND 100 THEN 1 END), COUNT(CASE WHEN "Late" BETWEEN 101 AND 200 THEN 1 END), COUNT(CASE WHEN "Late" BETWEEN 201 AND 500 THEN 1 END),
                COUNT(CASE WHEN "Late" BETWEEN 501 AND 1000 THEN 1 END), COUNT(CASE WHEN "Late" BETWEEN 1001 AND 5000 THEN 1 END), COUNT(CASE WHEN "Late" BETWEEN 5001 AND 60000 THEN 1 END),
                COUNT(CASE WHEN "Late" BETWEEN 60001 AND 3600000 THEN 1 END), COUNT(CASE WHEN "Late" > 3600000 THEN 1 END)
            FROM (
                SELECT j."ProjectId", j."Status", a."FiredAt", a."Status" AS "Outcome", a."LatenessMs" AS "Late", a."Number" = j."Attempt" AS "IsLast"
                FROM "Attempts" AS a JOIN "Jobs" AS j ON j."Id" = a."JobId"
                WHERE a."Status" <> 'INTERRUPTED' AND a."FiredAt" >= CAST(strftime('%s', 'now', '-25 hours') AS INTEGER) * 1000)
            GROUP BY 1, 2;
            """;
    }
}
