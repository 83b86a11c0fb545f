-- 1 of 2: @accountId uuid
SELECT p."Id", p."AccountId", p."CreatedAt", p."DeletedAt", p."InboxDelayMs", p."InboxStatus", p."InboxToken", p."Name", p."PreviousSecretCipher", p."PreviousSecretExpiresAt", p."SecretCipher", (
    SELECT count(*)::int
    FROM "ApiKeys" AS a
    WHERE a."ProjectId" = p."Id") AS "Keys"
FROM "Projects" AS p
WHERE p."AccountId" = @accountId AND p."DeletedAt" IS NULL
ORDER BY p."CreatedAt", p."Id";

-- 2 of 2: @accountId uuid
SELECT p0."ProjectId", COALESCE(sum(p0."Scheduled"), 0.0)::bigint, COALESCE(sum(p0."Firing"), 0.0)::bigint, COALESCE(sum(p0."Success"), 0.0)::bigint, COALESCE(sum(p0."Failed"), 0.0)::bigint, COALESCE(sum(p0."Dead"), 0.0)::bigint, COALESCE(sum(p0."Cancelled"), 0.0)::bigint
FROM "Projects" AS p
INNER JOIN "ProjectCounters" AS p0 ON p."Id" = p0."ProjectId"
WHERE p."AccountId" = @accountId
GROUP BY p0."ProjectId";
