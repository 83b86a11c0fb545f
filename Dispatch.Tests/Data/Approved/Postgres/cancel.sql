-- 1 of 2: @p varchar, @p4 bigint, @cancel_JobId uuid, @cancel_ProjectId uuid, @transition_From varchar
UPDATE "Jobs" AS j
SET "Status" = @p,
    "UpdatedAt" = @p4,
    "NextAttemptAt" = NULL,
    "ArmedBy" = NULL,
    "ClaimId" = NULL
WHERE j."Id" = @cancel_JobId AND j."ProjectId" = @cancel_ProjectId AND j."Status" = @transition_From;

-- 2 of 2: @more_Scheduled bigint, @more_Firing bigint, @more_Success bigint, @more_Failed bigint, @more_Dead bigint, @more_Cancelled bigint, @hostId uuid, @ids guid[]
UPDATE "ProjectTallies" AS p
SET "Scheduled" = p."Scheduled" + @more_Scheduled,
    "Firing" = p."Firing" + @more_Firing,
    "Success" = p."Success" + @more_Success,
    "Failed" = p."Failed" + @more_Failed,
    "Dead" = p."Dead" + @more_Dead,
    "Cancelled" = p."Cancelled" + @more_Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @hostId AND p."ProjectId" = ANY (@ids);
