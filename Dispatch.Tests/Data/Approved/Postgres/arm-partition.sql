-- 1 of 1: @after bigint, @until bigint, @hosts bigint, @index bigint, @limit integer
SELECT j."Id", j."ProjectId", j."WebhookUrl", j."NextAttemptAt", j."Status" = 'FAILED'
FROM "Jobs" AS j
WHERE j."ArmedBy" IS NULL AND j."NextAttemptAt" > @after AND j."NextAttemptAt" <= @until AND (j."CreatedAt" % 127) % @hosts = @index
ORDER BY j."NextAttemptAt"
LIMIT @limit;
