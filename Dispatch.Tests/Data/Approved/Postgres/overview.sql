-- 1 of 11: @scope_AccountId uuid
SELECT p."Id", p."Name", p."DeletedAt"
FROM "Projects" AS p
WHERE p."AccountId" = @scope_AccountId;

-- 2 of 11: @accountId uuid
SELECT p0."ProjectId", COALESCE(sum(p0."Scheduled"), 0.0)::bigint, COALESCE(sum(p0."Firing"), 0.0)::bigint, COALESCE(sum(p0."Success"), 0.0)::bigint, COALESCE(sum(p0."Failed"), 0.0)::bigint, COALESCE(sum(p0."Dead"), 0.0)::bigint, COALESCE(sum(p0."Cancelled"), 0.0)::bigint
FROM "Projects" AS p
INNER JOIN "ProjectCounters" AS p0 ON p."Id" = p0."ProjectId"
WHERE p."AccountId" = @accountId
GROUP BY p0."ProjectId";

-- 3 of 11: @projectIds guid[], @first bigint
SELECT h."ProjectId", h."Hour", h."HostId", h."Died", h."Failed", h."Late1", h."Late10", h."Late100", h."Late1000", h."Late2", h."Late20", h."Late200", h."Late3", h."Late5", h."Late50", h."Late500", h."Late5000", h."LateDay", h."LateHour", h."LateMinute", h."Succeeded"
FROM "HourlyStats" AS h
WHERE h."ProjectId" = ANY (@projectIds) AND h."Hour" >= @first;

-- 4 of 11
SELECT h."Id"
FROM "Hosts" AS h;

-- 5 of 11: @_8__locals1_first4 bigint, @_8__locals1_first bigint, @_8__locals1_until bigint, @_8__locals1_projectIds guid[]
SELECT j0."Key" AS "At", count(*) AS "Due"
FROM (
    SELECT (j."NextAttemptAt" - @_8__locals1_first4) / 60000 AS "Key"
    FROM "Jobs" AS j
    WHERE j."ArmedBy" IS NULL AND j."NextAttemptAt" >= @_8__locals1_first AND j."NextAttemptAt" < @_8__locals1_until AND j."ProjectId" = ANY (@_8__locals1_projectIds)
) AS j0
GROUP BY j0."Key";

-- 6 of 11: @_8__locals1_first4 bigint, @holder uuid, @_8__locals1_first bigint, @_8__locals1_until bigint, @_8__locals1_projectIds guid[]
SELECT j0."Key" AS "At", count(*) AS "Due"
FROM (
    SELECT (j."NextAttemptAt" - @_8__locals1_first4) / 60000 AS "Key"
    FROM "Jobs" AS j
    WHERE j."ArmedBy" = @holder AND j."NextAttemptAt" >= @_8__locals1_first AND j."NextAttemptAt" < @_8__locals1_until AND j."ProjectId" = ANY (@_8__locals1_projectIds)
) AS j0
GROUP BY j0."Key";

-- 7 of 11: @accountId uuid, @deleted guid[], @p integer
SELECT j."Id"
FROM "Jobs" AS j
WHERE j."AccountId" = @accountId AND j."Status" IN ('FAILED', 'DEAD') AND NOT (j."ProjectId" = ANY (@deleted) AND j."ProjectId" = ANY (@deleted) IS NOT NULL)
ORDER BY j."UpdatedAt" DESC
LIMIT @p;

-- 8 of 11: @ids guid[]
SELECT j."Id", j."ProjectId", j."Title", j."WebhookUrl", j."FireAt", j."Status", j."RetryCount", j."NextAttemptAt", j."CreatedAt", j."UpdatedAt", j."Attempt"
FROM "Jobs" AS j
WHERE j."Id" = ANY (@ids);

-- 9 of 11: @accountId uuid
SELECT p."Id", p."AccountId", p."CreatedAt", p."DeletedAt", p."InboxDelayMs", p."InboxStatus", p."InboxToken", p."Name", p."PreviousSecretCipher", p."PreviousSecretExpiresAt", p."SecretCipher"
FROM "Projects" AS p
WHERE p."AccountId" = @accountId AND p."DeletedAt" IS NULL
ORDER BY p."CreatedAt", p."Id"
LIMIT 1;

-- 10 of 11: @accountId uuid
SELECT EXISTS (
    SELECT 1
    FROM "Projects" AS p
    WHERE p."AccountId" = @accountId AND p."DeletedAt" IS NULL AND EXISTS (
        SELECT 1
        FROM "ApiKeys" AS a
        WHERE a."ProjectId" = p."Id"));

-- 11 of 11: @accountId uuid, @p2 integer, @p integer
SELECT j."Id"
FROM "Jobs" AS j
WHERE j."AccountId" = @accountId
ORDER BY j."CreatedAt" DESC, j."Id" DESC
LIMIT @p2 OFFSET @p;
