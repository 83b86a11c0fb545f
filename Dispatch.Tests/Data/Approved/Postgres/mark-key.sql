-- 1 of 1: @p bigint, @keyId uuid, @usedAt bigint
UPDATE "ApiKeys" AS a
SET "LastUsedAt" = @p
WHERE a."Id" = @keyId AND (a."LastUsedAt" IS NULL OR a."LastUsedAt" < @usedAt);
