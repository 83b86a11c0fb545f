-- 1 of 1: @ids guid[], @now bigint
SELECT s."Id"
FROM "Sessions" AS s
WHERE s."Id" = ANY (@ids) AND s."ExpiresAt" > @now;
