-- 1 of 3: @Now bigint, @Mark uuid, @Ids guid[], @Latest bigint, @HostId uuid
UPDATE "Jobs" AS j
SET "Status" = 'FIRING',
    "UpdatedAt" = @Now,
    "Attempt" = j."Attempt" + 1,
    "ClaimId" = @Mark
WHERE j."Id" = ANY (@Ids) AND j."NextAttemptAt" <= @Latest AND COALESCE(j."ArmedBy", '00000000-0000-0000-0000-000000000000') = @HostId AND (
    SELECT count(*)::int
    FROM "Projects" AS p
    WHERE p."Id" = j."ProjectId" AND p."DeletedAt" IS NULL) = 1 AND CASE
    WHEN j."Status" = 'SCHEDULED' THEN 1
    ELSE 0
END = 1;

-- 2 of 3: @ids guid[], @mark uuid
SELECT j."Id", j."AccountId", j."ArmedBy", j."Attempt", j."ClaimId", j."CreatedAt", j."FireAt", j."NextAttemptAt", j."Payload", j."ProjectId", j."RetryCount", j."Status", j."Title", j."UpdatedAt", j."WebhookUrl", p."SecretCipher", p."PreviousSecretCipher", p."PreviousSecretExpiresAt"
FROM "Jobs" AS j
INNER JOIN "Projects" AS p ON j."ProjectId" = p."Id"
WHERE j."Id" = ANY (@ids) AND j."ClaimId" = @mark;

-- 3 of 3: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId uuid, @ProjectIds guid[]
UPDATE "ProjectCounters" AS p
SET "Scheduled" = p."Scheduled" + @Scheduled,
    "Firing" = p."Firing" + @Firing,
    "Success" = p."Success" + @Success,
    "Failed" = p."Failed" + @Failed,
    "Dead" = p."Dead" + @Dead,
    "Cancelled" = p."Cancelled" + @Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @HostId AND p."ProjectId" = ANY (@ProjectIds);
