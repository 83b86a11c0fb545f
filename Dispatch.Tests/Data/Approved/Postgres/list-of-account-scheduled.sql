-- 1 of 5: @scope_AccountId uuid
SELECT p."Id", p."Name", p."DeletedAt"
FROM "Projects" AS p
WHERE p."AccountId" = @scope_AccountId;

-- 2 of 5: @accountId uuid
SELECT p0."ProjectId", COALESCE(sum(p0."Scheduled"), 0.0)::bigint, COALESCE(sum(p0."Firing"), 0.0)::bigint, COALESCE(sum(p0."Success"), 0.0)::bigint, COALESCE(sum(p0."Failed"), 0.0)::bigint, COALESCE(sum(p0."Dead"), 0.0)::bigint, COALESCE(sum(p0."Cancelled"), 0.0)::bigint
FROM "Projects" AS p
INNER JOIN "ProjectCounters" AS p0 ON p."Id" = p0."ProjectId"
WHERE p."AccountId" = @accountId
GROUP BY p0."ProjectId";

-- 3 of 5: @only uuid, @wanted varchar, @p integer
SELECT j."CreatedAt", j."Id"
FROM "Jobs" AS j
WHERE j."ProjectId" = @only AND j."Status" = @wanted
ORDER BY j."CreatedAt" DESC, j."Id" DESC
LIMIT @p;

-- 4 of 5: @only uuid, @wanted varchar, @p integer
SELECT j."CreatedAt", j."Id"
FROM "Jobs" AS j
WHERE j."ProjectId" = @only AND j."Status" = @wanted
ORDER BY j."CreatedAt" DESC, j."Id" DESC
LIMIT @p;

-- 5 of 5: @ids guid[]
SELECT j."Id", j."ProjectId", j."Title", j."WebhookUrl", j."FireAt", j."Status", j."RetryCount", j."NextAttemptAt", j."CreatedAt", j."UpdatedAt", j."Attempt"
FROM "Jobs" AS j
WHERE j."Id" = ANY (@ids);
