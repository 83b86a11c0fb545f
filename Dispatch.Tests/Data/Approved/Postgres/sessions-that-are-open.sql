-- 1 of 1: @sessionIds guid[], @now bigint
SELECT s."Id"
FROM "Sessions" AS s
WHERE s."Id" = ANY (@sessionIds) AND s."ExpiresAt" > @now;
