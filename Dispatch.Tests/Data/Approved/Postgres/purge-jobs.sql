-- 1 of 4
SELECT EXISTS (
    SELECT 1
    FROM "Projects" AS p
    WHERE p."DeletedAt" IS NOT NULL);

-- 2 of 4: @p integer
SELECT j."Id", j."ProjectId", j."Status"
FROM "Jobs" AS j
WHERE j."ProjectId" IN (
    SELECT p."Id"
    FROM "Projects" AS p
    WHERE p."DeletedAt" IS NOT NULL
) AND j."Status" <> 'FIRING'
ORDER BY j."Id"
LIMIT @p;

-- 3 of 4: @ids guid[]
DELETE FROM "Jobs" AS j
WHERE j."Id" = ANY (@ids);

-- 4 of 4: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId uuid, @ProjectIds guid[]
UPDATE "ProjectCounters" AS p
SET "Scheduled" = p."Scheduled" + @Scheduled,
    "Firing" = p."Firing" + @Firing,
    "Success" = p."Success" + @Success,
    "Failed" = p."Failed" + @Failed,
    "Dead" = p."Dead" + @Dead,
    "Cancelled" = p."Cancelled" + @Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @HostId AND p."ProjectId" = ANY (@ProjectIds);
