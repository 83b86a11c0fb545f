-- 1 of 3: @p varchar, @p5 bigint, @p6 uuid, @ids guid[], @latest bigint, @hostId uuid, @transition_From varchar
UPDATE "Jobs" AS j
SET "Status" = @p,
    "UpdatedAt" = @p5,
    "ClaimId" = @p6
WHERE j."Id" = ANY (@ids) AND j."NextAttemptAt" <= @latest AND COALESCE(j."ArmedBy", '00000000-0000-0000-0000-000000000000') = @hostId AND j."Status" = @transition_From;

-- 2 of 3: @ids guid[], @mark uuid
SELECT j."Id"
FROM "Jobs" AS j
WHERE j."Id" = ANY (@ids) AND j."ClaimId" = @mark;

-- 3 of 3: @more_Scheduled bigint, @more_Firing bigint, @more_Success bigint, @more_Failed bigint, @more_Dead bigint, @more_Cancelled bigint, @hostId uuid, @ids guid[]
UPDATE "ProjectTallies" AS p
SET "Scheduled" = p."Scheduled" + @more_Scheduled,
    "Firing" = p."Firing" + @more_Firing,
    "Success" = p."Success" + @more_Success,
    "Failed" = p."Failed" + @more_Failed,
    "Dead" = p."Dead" + @more_Dead,
    "Cancelled" = p."Cancelled" + @more_Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @hostId AND p."ProjectId" = ANY (@ids);
