-- 1 of 2: @sessionId uuid, @now bigint
SELECT s."Id", s."AccountId", a."Email", a."IsOperator", s."Kind", s."LastSeenAt"
FROM "Sessions" AS s
INNER JOIN "AspNetUsers" AS a ON s."AccountId" = a."Id"
WHERE s."Id" = @sessionId AND s."Kind" = 'Browser' AND s."ExpiresAt" > @now
LIMIT 1;

-- 2 of 2: @p2 bigint, @p3 bigint, @sessionId uuid, @p bigint
UPDATE "Sessions" AS s
SET "LastSeenAt" = @p2,
    "ExpiresAt" = @p3
WHERE s."Id" = @sessionId AND s."LastSeenAt" <= @p;
