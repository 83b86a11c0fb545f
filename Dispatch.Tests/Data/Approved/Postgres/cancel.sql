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

-- 2 of 2: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId uuid, @ProjectIds guid[]
UPDATE "ProjectCounters" AS p
SET "Scheduled" = p."Scheduled" + @Scheduled,
    "Firing" = p."Firing" + @Firing,
    "Success" = p."Success" + @Success,
    "Failed" = p."Failed" + @Failed,
    "Dead" = p."Dead" + @Dead,
    "Cancelled" = p."Cancelled" + @Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @HostId AND p."ProjectId" = ANY (@ProjectIds);
