-- 1 of 2: @p varchar, @p4 bigint, @cancel_JobId uuid, @cancel_ProjectId uuid, @transition_From varchar
UPDATE "Jobs" AS j
SET "Status" = @p,
    "UpdatedAt" = @p4,
    "NextAttemptAt" = NULL,
    "ArmedBy" = NULL,
    "ClaimId" = NULL
WHERE j."Id" = @cancel_JobId AND j."ProjectId" = @cancel_ProjectId AND j."Status" = @transition_From;

-- 2 of 2: @cancel_JobId uuid, @cancel_ProjectId uuid
SELECT EXISTS (
    SELECT 1
    FROM "Jobs" AS j
    WHERE j."Id" = @cancel_JobId AND j."ProjectId" = @cancel_ProjectId);
