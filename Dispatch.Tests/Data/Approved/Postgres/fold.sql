-- 1 of 12: @p integer
SELECT p."ProjectId", p."HostId"
FROM "ProjectTallies" AS p
WHERE p."HostId" <> '00000000-0000-0000-0000-000000000000' AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h
    WHERE h."Id" = p."HostId")
ORDER BY p."ProjectId"
LIMIT @p;

-- 2 of 12: @key_ProjectId uuid, @key_HostId uuid
UPDATE "ProjectTallies" AS p
SET "Scheduled" = p."Scheduled"
WHERE p."ProjectId" = @key_ProjectId AND p."HostId" = @key_HostId;

-- 3 of 12: @key_ProjectId uuid, @key_HostId uuid
SELECT p."ProjectId", p."HostId", p."Cancelled", p."Changes", p."Dead", p."Failed", p."Firing", p."Scheduled", p."Success"
FROM "ProjectTallies" AS p
WHERE p."ProjectId" = @key_ProjectId AND p."HostId" = @key_HostId
LIMIT 2;

-- 4 of 12: @key_ProjectId uuid, @key_HostId uuid
DELETE FROM "ProjectTallies" AS p
WHERE p."ProjectId" = @key_ProjectId AND p."HostId" = @key_HostId;

-- 5 of 12: @p integer
SELECT d."ProjectId", d."Hour", d."HostId"
FROM "DeliveryHours" AS d
WHERE d."HostId" <> '00000000-0000-0000-0000-000000000000' AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h
    WHERE h."Id" = d."HostId")
ORDER BY d."ProjectId", d."Hour"
LIMIT @p;

-- 6 of 12: @key_ProjectId uuid, @key_Hour bigint, @key_HostId uuid
UPDATE "DeliveryHours" AS d
SET "Succeeded" = d."Succeeded"
WHERE d."ProjectId" = @key_ProjectId AND d."Hour" = @key_Hour AND d."HostId" = @key_HostId;

-- 7 of 12: @key_ProjectId uuid, @key_Hour bigint, @key_HostId uuid
SELECT d."ProjectId", d."Hour", d."HostId", d."Died", d."Failed", d."Late1", d."Late10", d."Late100", d."Late1000", d."Late2", d."Late20", d."Late200", d."Late3", d."Late5", d."Late50", d."Late500", d."Late5000", d."LateDay", d."LateHour", d."LateMinute", d."Succeeded"
FROM "DeliveryHours" AS d
WHERE d."ProjectId" = @key_ProjectId AND d."Hour" = @key_Hour AND d."HostId" = @key_HostId
LIMIT 2;

-- 8 of 12: @key_ProjectId uuid, @key_Hour bigint, @key_HostId uuid
DELETE FROM "DeliveryHours" AS d
WHERE d."ProjectId" = @key_ProjectId AND d."Hour" = @key_Hour AND d."HostId" = @key_HostId;

-- 9 of 12: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId uuid, @ProjectIds guid[]
UPDATE "ProjectTallies" AS p
SET "Scheduled" = p."Scheduled" + @Scheduled,
    "Firing" = p."Firing" + @Firing,
    "Success" = p."Success" + @Success,
    "Failed" = p."Failed" + @Failed,
    "Dead" = p."Dead" + @Dead,
    "Cancelled" = p."Cancelled" + @Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @HostId AND p."ProjectId" = ANY (@ProjectIds);

-- 10 of 12: @figure bigint, @figure4 bigint, @figure5 bigint, @figure6 bigint, @figure7 bigint, @figure8 bigint, @figure9 bigint, @figure10 bigint, @figure11 bigint, @figure12 bigint, @figure13 bigint, @figure14 bigint, @figure15 bigint, @figure16 bigint, @figure17 bigint, @figure18 bigint, @figure19 bigint, @figure20 bigint, @hostId uuid, @hour bigint, @ids guid[]
UPDATE "DeliveryHours" AS d
SET "Succeeded" = d."Succeeded" + @figure,
    "Failed" = d."Failed" + @figure4,
    "Died" = d."Died" + @figure5,
    "Late1" = d."Late1" + @figure6,
    "Late2" = d."Late2" + @figure7,
    "Late3" = d."Late3" + @figure8,
    "Late5" = d."Late5" + @figure9,
    "Late10" = d."Late10" + @figure10,
    "Late20" = d."Late20" + @figure11,
    "Late50" = d."Late50" + @figure12,
    "Late100" = d."Late100" + @figure13,
    "Late200" = d."Late200" + @figure14,
    "Late500" = d."Late500" + @figure15,
    "Late1000" = d."Late1000" + @figure16,
    "Late5000" = d."Late5000" + @figure17,
    "LateMinute" = d."LateMinute" + @figure18,
    "LateHour" = d."LateHour" + @figure19,
    "LateDay" = d."LateDay" + @figure20
WHERE d."HostId" = @hostId AND d."Hour" = @hour AND d."ProjectId" = ANY (@ids);

-- 11 of 12: @p integer
SELECT p."ProjectId", p."HostId"
FROM "ProjectTallies" AS p
WHERE p."HostId" <> '00000000-0000-0000-0000-000000000000' AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h
    WHERE h."Id" = p."HostId")
ORDER BY p."ProjectId"
LIMIT @p;

-- 12 of 12: @p integer
SELECT d."ProjectId", d."Hour", d."HostId"
FROM "DeliveryHours" AS d
WHERE d."HostId" <> '00000000-0000-0000-0000-000000000000' AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h
    WHERE h."Id" = d."HostId")
ORDER BY d."ProjectId", d."Hour"
LIMIT @p;
