-- 1 of 4: @scope_AccountId uuid
SELECT p."Id", p."Name", p."DeletedAt"
FROM "Projects" AS p
WHERE p."AccountId" = @scope_AccountId;

-- 2 of 4: @accountId uuid
SELECT p0."ProjectId", COALESCE(sum(p0."Scheduled"), 0.0)::bigint, COALESCE(sum(p0."Firing"), 0.0)::bigint, COALESCE(sum(p0."Success"), 0.0)::bigint, COALESCE(sum(p0."Failed"), 0.0)::bigint, COALESCE(sum(p0."Dead"), 0.0)::bigint, COALESCE(sum(p0."Cancelled"), 0.0)::bigint
FROM "Projects" AS p
INNER JOIN "ProjectCounters" AS p0 ON p."Id" = p0."ProjectId"
WHERE p."AccountId" = @accountId
GROUP BY p0."ProjectId";

-- 3 of 4: @accountId uuid, @deleted guid[], @reached bigint, @p integer
SELECT j."CreatedAt"
FROM "Jobs" AS j
WHERE j."AccountId" = @accountId AND NOT (j."ProjectId" = ANY (@deleted) AND j."ProjectId" = ANY (@deleted) IS NOT NULL) AND j."CreatedAt" < @reached
ORDER BY j."CreatedAt" DESC, j."Id" DESC
LIMIT 1 OFFSET @p;

-- 4 of 4: @accountId uuid, @deleted guid[], @reached bigint, @pattern varchar, @pattern0 varchar
SELECT j."CreatedAt", j."Id"
FROM "Jobs" AS j
WHERE j."AccountId" = @accountId AND NOT (j."ProjectId" = ANY (@deleted) AND j."ProjectId" = ANY (@deleted) IS NOT NULL) AND j."CreatedAt" < @reached AND (lower(j."Title") LIKE @pattern ESCAPE '\' OR lower(j."WebhookUrl") LIKE @pattern0 ESCAPE '\')
ORDER BY j."CreatedAt" DESC, j."Id" DESC;
