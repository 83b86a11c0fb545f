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

-- 4 of 4: @more_Scheduled bigint, @more_Firing bigint, @more_Success bigint, @more_Failed bigint, @more_Dead bigint, @more_Cancelled bigint, @hostId uuid, @ids guid[]
UPDATE "ProjectTallies" AS p
SET "Scheduled" = p."Scheduled" + @more_Scheduled,
    "Firing" = p."Firing" + @more_Firing,
    "Success" = p."Success" + @more_Success,
    "Failed" = p."Failed" + @more_Failed,
    "Dead" = p."Dead" + @more_Dead,
    "Cancelled" = p."Cancelled" + @more_Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @hostId AND p."ProjectId" = ANY (@ids);
