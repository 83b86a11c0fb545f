-- 1 of 1: @host_Id uuid, @dueBefore bigint, @p integer
SELECT j."Id", j."ProjectId", j."WebhookUrl", j."NextAttemptAt", j."Status"
FROM "Jobs" AS j
WHERE j."ArmedBy" = @host_Id AND j."NextAttemptAt" < @dueBefore
ORDER BY j."NextAttemptAt"
LIMIT @p;
