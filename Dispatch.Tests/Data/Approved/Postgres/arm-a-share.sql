-- 1 of 1: @_8__locals1_after bigint, @_8__locals1_until bigint, @p bigint, @p3 bigint, @p4 integer
SELECT j."Id", j."ProjectId", j."WebhookUrl", j."NextAttemptAt", j."Status"
FROM "Jobs" AS j
WHERE j."ArmedBy" IS NULL AND j."NextAttemptAt" > @_8__locals1_after AND j."NextAttemptAt" <= @_8__locals1_until AND (j."CreatedAt" % 127) % @p = @p3
ORDER BY j."NextAttemptAt"
LIMIT @p4;
