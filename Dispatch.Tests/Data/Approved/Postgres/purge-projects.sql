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

-- 3 of 4
DELETE FROM "InboxRequests" AS i
WHERE i."Id" IN (
    SELECT i0."Id"
    FROM "InboxRequests" AS i0
    WHERE i0."ProjectId" IN (
        SELECT p."Id"
        FROM "Projects" AS p
        WHERE p."DeletedAt" IS NOT NULL
    )
    ORDER BY i0."Id"
    LIMIT 100
);

-- 4 of 4
DELETE FROM "Projects" AS p
WHERE p."DeletedAt" IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM "Jobs" AS j
    WHERE j."ProjectId" = p."Id");
