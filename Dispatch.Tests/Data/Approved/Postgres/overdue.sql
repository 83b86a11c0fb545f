-- 1 of 1: @hostId uuid, @dueBefore bigint
SELECT j."Id", j."AccountId", j."ProjectId", j."WebhookUrl", j."NextAttemptAt", j."Status" = 'FAILED', j."Attempt", j."Generation", j."Status"
FROM "Jobs" AS j
WHERE j."ArmedBy" = @hostId AND j."NextAttemptAt" < @dueBefore
ORDER BY j."NextAttemptAt"
LIMIT 10000;
