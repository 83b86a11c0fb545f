-- 1 of 2: @hash bytea, @now bigint
SELECT s."Id", s."AccountId", a."Email", a."IsOperator", s."Kind", s."LastSeenAt"
FROM "Sessions" AS s
INNER JOIN "AspNetUsers" AS a ON s."AccountId" = a."Id"
WHERE s."Hash" = @hash AND s."ExpiresAt" > @now
LIMIT 1;

-- 2 of 2: @p2 bigint, @sessionId uuid, @p bigint
UPDATE "Sessions" AS s
SET "LastSeenAt" = @p2
WHERE s."Id" = @sessionId AND s."LastSeenAt" <= @p;
