-- 1 of 5: @jobIds guid[], @host_Id uuid, @p integer
SELECT j."Id", j."UpdatedAt" AS "ClaimedAt"
FROM "Jobs" AS j
WHERE j."Id" = ANY (@jobIds) AND j."ArmedBy" = @host_Id AND j."Status" = 'FIRING' AND j."NextAttemptAt" IS NOT NULL
ORDER BY j."NextAttemptAt"
LIMIT @p;

-- 2 of 5: @p varchar, @at_Now bigint, @p7 uuid, @jobIds guid[], @host_Id uuid, @ids guid[], @transition_From varchar
UPDATE "Jobs" AS j
SET "Status" = @p,
    "UpdatedAt" = @at_Now,
    "ArmedBy" = NULL,
    "ClaimId" = @p7
WHERE j."Id" = ANY (@jobIds) AND j."ArmedBy" = @host_Id AND j."Status" = 'FIRING' AND j."NextAttemptAt" IS NOT NULL AND j."Id" = ANY (@ids) AND CASE
    WHEN j."Status" = @transition_From THEN 1
    ELSE 0
END = 1;

-- 3 of 5: @ids guid[], @mark uuid
SELECT j."Id", j."ProjectId", j."Attempt"
FROM "Jobs" AS j
WHERE j."Id" = ANY (@ids) AND j."ClaimId" = @mark;

-- 4 of 5: @p0 guid[], @p1 int64?[], @p2 string[], @p3 int64[], @p4 guid[], @p5 int64?[], @p6 int32[], @p7 string[], @p8 int32?[], @p9 string[]
INSERT INTO "Attempts" ("Id", "DurationMs", "Error", "FiredAt", "JobId", "LatenessMs", "Number", "ResponseBody", "ResponseCode", "Status") SELECT * FROM unnest(@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9);

-- 5 of 5: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId uuid, @ProjectIds guid[]
UPDATE "ProjectCounters" AS p
SET "Scheduled" = p."Scheduled" + @Scheduled,
    "Firing" = p."Firing" + @Firing,
    "Success" = p."Success" + @Success,
    "Failed" = p."Failed" + @Failed,
    "Dead" = p."Dead" + @Dead,
    "Cancelled" = p."Cancelled" + @Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @HostId AND p."ProjectId" = ANY (@ProjectIds);
