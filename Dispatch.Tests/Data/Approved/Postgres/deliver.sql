-- 1 of 4: @p varchar, @p4 bigint, @ids guid[], @attempt integer, @transition_From varchar
UPDATE "Jobs" AS j
SET "Status" = @p,
    "UpdatedAt" = @p4,
    "NextAttemptAt" = NULL,
    "ArmedBy" = NULL,
    "ClaimId" = NULL
WHERE j."Id" = ANY (@ids) AND j."Attempt" = @attempt AND j."Status" = @transition_From;

-- 2 of 4: @p0 guid[], @p1 int64?[], @p2 string[], @p3 int64[], @p4 guid[], @p5 int64?[], @p6 int32[], @p7 string[], @p8 int32?[], @p9 string[]
INSERT INTO "Attempts" ("Id", "DurationMs", "Error", "FiredAt", "JobId", "LatenessMs", "Number", "ResponseBody", "ResponseCode", "Status") SELECT * FROM unnest(@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9);

-- 3 of 4: @more_Scheduled bigint, @more_Firing bigint, @more_Success bigint, @more_Failed bigint, @more_Dead bigint, @more_Cancelled bigint, @hostId uuid, @ids guid[]
UPDATE "ProjectTallies" AS p
SET "Scheduled" = p."Scheduled" + @more_Scheduled,
    "Firing" = p."Firing" + @more_Firing,
    "Success" = p."Success" + @more_Success,
    "Failed" = p."Failed" + @more_Failed,
    "Dead" = p."Dead" + @more_Dead,
    "Cancelled" = p."Cancelled" + @more_Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @hostId AND p."ProjectId" = ANY (@ids);

-- 4 of 4: @figure bigint, @figure4 bigint, @hostId uuid, @hour bigint, @ids guid[]
UPDATE "DeliveryHours" AS d
SET "Succeeded" = d."Succeeded" + @figure,
    "Late1" = d."Late1" + @figure4
WHERE d."HostId" = @hostId AND d."Hour" = @hour AND d."ProjectId" = ANY (@ids);
