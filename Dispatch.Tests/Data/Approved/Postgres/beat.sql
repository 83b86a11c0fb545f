-- 1 of 2: @p bigint, @host_Id uuid
UPDATE "Hosts" AS h
SET "LastSeenAt" = @p
WHERE h."Id" = @host_Id;

-- 2 of 2
SELECT h."Id", h."Name", h."LastSeenAt"
FROM "Hosts" AS h;
