-- 1 of 1: @after bigint, @until bigint, @crowded guid[], @hosts bigint, @index bigint
SELECT EXISTS (
    SELECT 1
    FROM "Jobs" AS j
    WHERE j."ArmedBy" IS NULL AND j."NextAttemptAt" > @after AND j."NextAttemptAt" <= @until AND NOT (j."ProjectId" = ANY (@crowded) AND j."ProjectId" = ANY (@crowded) IS NOT NULL) AND (j."CreatedAt" % 127) % @hosts = @index);
