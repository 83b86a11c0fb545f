-- 1 of 2: @p varchar, @at_Now bigint, @cancel_JobId uuid, @cancel_ProjectId uuid, @transition_From varchar
UPDATE "Jobs" AS j
SET "Status" = @p,
    "UpdatedAt" = @at_Now,
    "NextAttemptAt" = NULL,
    "ArmedBy" = NULL,
    "ClaimId" = NULL
WHERE j."Id" = @cancel_JobId AND j."ProjectId" = @cancel_ProjectId AND CASE
    WHEN j."Status" = @transition_From THEN 1
    ELSE 0
END = 1;

-- 2 of 2: @cancel_JobId uuid, @cancel_ProjectId uuid
SELECT EXISTS (
    SELECT 1
    FROM "Jobs" AS j
    WHERE j."Id" = @cancel_JobId AND j."ProjectId" = @cancel_ProjectId);
