-- 1 of 1: @token varchar
SELECT p."Id", p."AccountId", p."InboxStatus", p."InboxDelayMs", p."SecretCipher", p."PreviousSecretCipher", p."PreviousSecretExpiresAt"
FROM "Projects" AS p
WHERE p."InboxToken" = @token AND p."DeletedAt" IS NULL
LIMIT 1;
