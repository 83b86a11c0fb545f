-- 1 of 3: @after bigint, @until bigint, @limit integer
SELECT j."Id", j."ProjectId", j."WebhookUrl", j."NextAttemptAt", j."Status" = 'FAILED'
FROM "Jobs" AS j
WHERE j."ArmedBy" IS NULL AND j."NextAttemptAt" > @after AND j."NextAttemptAt" <= @until
ORDER BY j."NextAttemptAt"
LIMIT @limit;

-- 2 of 3: @p uuid, @ids guid[], @holder_HostId uuid
UPDATE "Jobs" AS j
SET "ArmedBy" = @p
WHERE j."Id" = ANY (@ids) AND j."NextAttemptAt" IS NOT NULL AND COALESCE(j."ArmedBy", '00000000-0000-0000-0000-000000000000') = @holder_HostId;

-- 3 of 3: @ids guid[], @host_Id uuid
SELECT j."Id"
FROM "Jobs" AS j
WHERE j."Id" = ANY (@ids) AND j."ArmedBy" = @host_Id;
