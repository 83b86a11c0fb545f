-- 1 of 6: @projectIds guid[]
SELECT p."Id"
FROM "Projects" AS p
WHERE p."Id" = ANY (@projectIds) AND p."DeletedAt" IS NULL;

-- 2 of 6: @p0 guid[], @p1 guid[], @p2 guid?[], @p3 int32[], @p4 guid?[], @p5 int64[], @p6 int64[], @p7 int64?[], @p8 byte[][], @p9 guid[], @p10 int32[], @p11 string[], @p12 string[], @p13 int64[], @p14 string[]
INSERT INTO "Jobs" ("Id", "AccountId", "ArmedBy", "Attempt", "ClaimId", "CreatedAt", "FireAt", "NextAttemptAt", "Payload", "ProjectId", "RetryCount", "Status", "Title", "UpdatedAt", "WebhookUrl") SELECT * FROM unnest(@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14);

-- 3 of 6: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId uuid, @ProjectIds guid[]
UPDATE "ProjectCounters" AS p
SET "Scheduled" = p."Scheduled" + @Scheduled,
    "Firing" = p."Firing" + @Firing,
    "Success" = p."Success" + @Success,
    "Failed" = p."Failed" + @Failed,
    "Dead" = p."Dead" + @Dead,
    "Cancelled" = p."Cancelled" + @Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @HostId AND p."ProjectId" = ANY (@ProjectIds);

-- 4 of 6: @hostId uuid, @projectIds guid[]
SELECT p."ProjectId"
FROM "ProjectCounters" AS p
WHERE p."HostId" = @hostId AND p."ProjectId" = ANY (@projectIds);

-- 5 of 6: @p0 guid[], @p1 guid[], @p2 int64[], @p3 int64[], @p4 int64[], @p5 int64[], @p6 int64[], @p7 int64[], @p8 int64[]
INSERT INTO "ProjectCounters" ("ProjectId", "HostId", "Cancelled", "Changes", "Dead", "Failed", "Firing", "Scheduled", "Success") SELECT * FROM unnest(@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8);

-- 6 of 6: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId uuid, @ProjectIds guid[]
UPDATE "ProjectCounters" AS p
SET "Scheduled" = p."Scheduled" + @Scheduled,
    "Firing" = p."Firing" + @Firing,
    "Success" = p."Success" + @Success,
    "Failed" = p."Failed" + @Failed,
    "Dead" = p."Dead" + @Dead,
    "Cancelled" = p."Cancelled" + @Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @HostId AND p."ProjectId" = ANY (@ProjectIds);
