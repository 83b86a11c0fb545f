-- 1 of 3: @p varchar, @p6 bigint, @p7 uuid, @ids guid[], @latest bigint, @hostId uuid, @transition_From varchar
UPDATE "Jobs" AS j
SET "Status" = @p,
    "UpdatedAt" = @p6,
    "Attempt" = j."Attempt" + 1,
    "ClaimId" = @p7
WHERE j."Id" = ANY (@ids) AND j."NextAttemptAt" <= @latest AND COALESCE(j."ArmedBy", '00000000-0000-0000-0000-000000000000') = @hostId AND EXISTS (
    SELECT 1
    FROM "Projects" AS p
    WHERE p."Id" = j."ProjectId" AND p."DeletedAt" IS NULL) AND j."Status" = @transition_From;

-- 2 of 3: @ids guid[], @claimId uuid
SELECT j."Id", j."ProjectId", j."Title", j."WebhookUrl", j."Payload", j."NextAttemptAt", j."Attempt", j."RetryCount", p."SecretCipher", p."PreviousSecretCipher", p."PreviousSecretExpiresAt"
FROM "Jobs" AS j
INNER JOIN "Projects" AS p ON j."ProjectId" = p."Id"
WHERE j."Id" = ANY (@ids) AND j."ClaimId" = @claimId;

-- 3 of 3: @more_Scheduled bigint, @more_Firing bigint, @more_Success bigint, @more_Failed bigint, @more_Dead bigint, @more_Cancelled bigint, @hostId uuid, @ids guid[]
UPDATE "ProjectTallies" AS p
SET "Scheduled" = p."Scheduled" + @more_Scheduled,
    "Firing" = p."Firing" + @more_Firing,
    "Success" = p."Success" + @more_Success,
    "Failed" = p."Failed" + @more_Failed,
    "Dead" = p."Dead" + @more_Dead,
    "Cancelled" = p."Cancelled" + @more_Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @hostId AND p."ProjectId" = ANY (@ids);
