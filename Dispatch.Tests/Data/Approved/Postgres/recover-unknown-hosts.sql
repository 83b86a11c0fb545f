-- 1 of 6: @p integer
SELECT j."Id", j."UpdatedAt" AS "ClaimedAt"
FROM "Jobs" AS j
WHERE j."ArmedBy" IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h
    WHERE h."Id" = j."ArmedBy") AND j."Status" = 'FIRING' AND j."NextAttemptAt" IS NOT NULL
ORDER BY j."NextAttemptAt"
LIMIT @p;

-- 2 of 6: @p integer
SELECT j."Id"
FROM "Jobs" AS j
WHERE j."ArmedBy" IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h
    WHERE h."Id" = j."ArmedBy") AND j."NextAttemptAt" IS NOT NULL AND j."Status" <> 'FIRING'
ORDER BY j."NextAttemptAt"
LIMIT @p;

-- 3 of 6: @ids guid[]
UPDATE "Jobs" AS j
SET "ArmedBy" = NULL
WHERE j."ArmedBy" IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h
    WHERE h."Id" = j."ArmedBy") AND j."NextAttemptAt" IS NOT NULL AND j."Status" <> 'FIRING' AND j."Id" = ANY (@ids);

-- 4 of 6: @p integer
SELECT j."Id"
FROM "Jobs" AS j
WHERE j."ArmedBy" IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h
    WHERE h."Id" = j."ArmedBy") AND j."NextAttemptAt" IS NOT NULL AND j."Status" <> 'FIRING'
ORDER BY j."NextAttemptAt"
LIMIT @p;

-- 5 of 6: @p integer
SELECT j."Id", j."UpdatedAt" AS "ClaimedAt"
FROM "Jobs" AS j
WHERE j."ArmedBy" IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h
    WHERE h."Id" = j."ArmedBy") AND j."Status" = 'FIRING' AND j."NextAttemptAt" IS NOT NULL
ORDER BY j."NextAttemptAt"
LIMIT @p;

-- 6 of 6: @p integer
SELECT j."Id"
FROM "Jobs" AS j
WHERE j."ArmedBy" IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h
    WHERE h."Id" = j."ArmedBy") AND j."NextAttemptAt" IS NOT NULL AND j."Status" <> 'FIRING'
ORDER BY j."NextAttemptAt"
LIMIT @p;
