-- 1 of 3: @Now bigint, @Mark uuid, @Ids guid[], @Latest bigint, @HostId uuid
UPDATE "Jobs" AS j
SET "Status" = 'SCHEDULED',
    "UpdatedAt" = @Now,
    "ClaimId" = @Mark
WHERE j."Id" = ANY (@Ids) AND j."NextAttemptAt" <= @Latest AND COALESCE(j."ArmedBy", '00000000-0000-0000-0000-000000000000') = @HostId AND CASE
    WHEN j."Status" = 'FAILED' THEN 1
    ELSE 0
END = 1;

-- 2 of 3: @ids guid[], @mark uuid
SELECT j."Id"
FROM "Jobs" AS j
WHERE j."Id" = ANY (@ids) AND j."ClaimId" = @mark;

-- 3 of 3: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId uuid, @ProjectIds guid[]
UPDATE "ProjectCounters" AS p
SET "Scheduled" = p."Scheduled" + @Scheduled,
    "Firing" = p."Firing" + @Firing,
    "Success" = p."Success" + @Success,
    "Failed" = p."Failed" + @Failed,
    "Dead" = p."Dead" + @Dead,
    "Cancelled" = p."Cancelled" + @Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @HostId AND p."ProjectId" = ANY (@ProjectIds);
