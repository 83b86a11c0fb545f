-- 1 of 7: @Now bigint, @Ids guid[], @Attempt integer
UPDATE "Jobs" AS j
SET "Status" = 'SUCCESS',
    "UpdatedAt" = @Now,
    "NextAttemptAt" = NULL,
    "ArmedBy" = NULL,
    "ClaimId" = NULL
WHERE j."Id" = ANY (@Ids) AND j."Attempt" = @Attempt AND CASE
    WHEN j."Status" = 'FIRING' THEN 1
    ELSE 0
END = 1;

-- 2 of 7: @p0 guid[], @p1 int64?[], @p2 string[], @p3 int64[], @p4 guid[], @p5 int64?[], @p6 int32[], @p7 string[], @p8 int32?[], @p9 string[]
INSERT INTO "Attempts" ("Id", "DurationMs", "Error", "FiredAt", "JobId", "LatenessMs", "Number", "ResponseBody", "ResponseCode", "Status") SELECT * FROM unnest(@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9);

-- 3 of 7: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId uuid, @ProjectIds guid[]
UPDATE "ProjectCounters" AS p
SET "Scheduled" = p."Scheduled" + @Scheduled,
    "Firing" = p."Firing" + @Firing,
    "Success" = p."Success" + @Success,
    "Failed" = p."Failed" + @Failed,
    "Dead" = p."Dead" + @Dead,
    "Cancelled" = p."Cancelled" + @Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @HostId AND p."ProjectId" = ANY (@ProjectIds);

-- 4 of 7: @figure bigint, @figure4 bigint, @hostId uuid, @hour bigint, @ids guid[]
UPDATE "HourlyStats" AS h
SET "Succeeded" = h."Succeeded" + @figure,
    "Late1" = h."Late1" + @figure4
WHERE h."HostId" = @hostId AND h."Hour" = @hour AND h."ProjectId" = ANY (@ids);

-- 5 of 7: @hostId uuid, @hour bigint, @projectIds guid[]
SELECT h."ProjectId"
FROM "HourlyStats" AS h
WHERE h."HostId" = @hostId AND h."Hour" = @hour AND h."ProjectId" = ANY (@projectIds);

-- 6 of 7: @p0 guid[], @p1 int64[], @p2 guid[], @p3 int64[], @p4 int64[], @p5 int64[], @p6 int64[], @p7 int64[], @p8 int64[], @p9 int64[], @p10 int64[], @p11 int64[], @p12 int64[], @p13 int64[], @p14 int64[], @p15 int64[], @p16 int64[], @p17 int64[], @p18 int64[], @p19 int64[], @p20 int64[]
INSERT INTO "HourlyStats" ("ProjectId", "Hour", "HostId", "Died", "Failed", "Late1", "Late10", "Late100", "Late1000", "Late2", "Late20", "Late200", "Late3", "Late5", "Late50", "Late500", "Late5000", "LateDay", "LateHour", "LateMinute", "Succeeded") SELECT * FROM unnest(@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17, @p18, @p19, @p20);

-- 7 of 7: @figure bigint, @figure4 bigint, @hostId uuid, @hour bigint, @ids guid[]
UPDATE "HourlyStats" AS h
SET "Succeeded" = h."Succeeded" + @figure,
    "Late1" = h."Late1" + @figure4
WHERE h."HostId" = @hostId AND h."Hour" = @hour AND h."ProjectId" = ANY (@ids);
