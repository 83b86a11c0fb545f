-- 1 of 4: @Now bigint, @RetryAt bigint, @KeepsAlarm boolean, @Ids guid[], @Attempt integer
UPDATE "Jobs" AS j
SET "Status" = 'FAILED',
    "UpdatedAt" = @Now,
    "NextAttemptAt" = @RetryAt,
    "RetryCount" = j."RetryCount" + 1,
    "ArmedBy" = CASE
        WHEN @KeepsAlarm THEN j."ArmedBy"
    END
WHERE j."Id" = ANY (@Ids) AND j."Attempt" = @Attempt AND CASE
    WHEN j."Status" = 'FIRING' THEN 1
    ELSE 0
END = 1;

-- 2 of 4: @p0 guid[], @p1 int64?[], @p2 string[], @p3 int64[], @p4 guid[], @p5 int64?[], @p6 int32[], @p7 string[], @p8 int32?[], @p9 string[]
INSERT INTO "Attempts" ("Id", "DurationMs", "Error", "FiredAt", "JobId", "LatenessMs", "Number", "ResponseBody", "ResponseCode", "Status") SELECT * FROM unnest(@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9);

-- 3 of 4: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId uuid, @ProjectIds guid[]
UPDATE "ProjectCounters" AS p
SET "Scheduled" = p."Scheduled" + @Scheduled,
    "Firing" = p."Firing" + @Firing,
    "Success" = p."Success" + @Success,
    "Failed" = p."Failed" + @Failed,
    "Dead" = p."Dead" + @Dead,
    "Cancelled" = p."Cancelled" + @Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @HostId AND p."ProjectId" = ANY (@ProjectIds);

-- 4 of 4: @figure bigint, @figure4 bigint, @hostId uuid, @hour bigint, @ids guid[]
UPDATE "HourlyStats" AS h
SET "Failed" = h."Failed" + @figure,
    "Late1" = h."Late1" + @figure4
WHERE h."HostId" = @hostId AND h."Hour" = @hour AND h."ProjectId" = ANY (@ids);
