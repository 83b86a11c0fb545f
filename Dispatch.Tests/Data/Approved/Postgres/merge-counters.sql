-- 1 of 12: @p integer
SELECT p."ProjectId", p."HostId"
FROM "ProjectCounters" AS p
WHERE p."HostId" <> '00000000-0000-0000-0000-000000000000' AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h
    WHERE h."Id" = p."HostId")
ORDER BY p."ProjectId"
LIMIT @p;

-- 2 of 12: @key_ProjectId uuid, @key_HostId uuid
UPDATE "ProjectCounters" AS p
SET "Scheduled" = p."Scheduled"
WHERE p."ProjectId" = @key_ProjectId AND p."HostId" = @key_HostId;

-- 3 of 12: @key_ProjectId uuid, @key_HostId uuid
SELECT p."ProjectId", p."HostId", p."Cancelled", p."Changes", p."Dead", p."Failed", p."Firing", p."Scheduled", p."Success"
FROM "ProjectCounters" AS p
WHERE p."ProjectId" = @key_ProjectId AND p."HostId" = @key_HostId
LIMIT 2;

-- 4 of 12: @key_ProjectId uuid, @key_HostId uuid
DELETE FROM "ProjectCounters" AS p
WHERE p."ProjectId" = @key_ProjectId AND p."HostId" = @key_HostId;

-- 5 of 12: @p integer
SELECT h."ProjectId", h."Hour", h."HostId"
FROM "HourlyStats" AS h
WHERE h."HostId" <> '00000000-0000-0000-0000-000000000000' AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h0
    WHERE h0."Id" = h."HostId")
ORDER BY h."ProjectId", h."Hour"
LIMIT @p;

-- 6 of 12: @key_ProjectId uuid, @key_Hour bigint, @key_HostId uuid
UPDATE "HourlyStats" AS h
SET "Succeeded" = h."Succeeded"
WHERE h."ProjectId" = @key_ProjectId AND h."Hour" = @key_Hour AND h."HostId" = @key_HostId;

-- 7 of 12: @key_ProjectId uuid, @key_Hour bigint, @key_HostId uuid
SELECT h."ProjectId", h."Hour", h."HostId", h."Died", h."Failed", h."Late1", h."Late10", h."Late100", h."Late1000", h."Late2", h."Late20", h."Late200", h."Late3", h."Late5", h."Late50", h."Late500", h."Late5000", h."LateDay", h."LateHour", h."LateMinute", h."Succeeded"
FROM "HourlyStats" AS h
WHERE h."ProjectId" = @key_ProjectId AND h."Hour" = @key_Hour AND h."HostId" = @key_HostId
LIMIT 2;

-- 8 of 12: @key_ProjectId uuid, @key_Hour bigint, @key_HostId uuid
DELETE FROM "HourlyStats" AS h
WHERE h."ProjectId" = @key_ProjectId AND h."Hour" = @key_Hour AND h."HostId" = @key_HostId;

-- 9 of 12: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId uuid, @ProjectIds guid[]
UPDATE "ProjectCounters" AS p
SET "Scheduled" = p."Scheduled" + @Scheduled,
    "Firing" = p."Firing" + @Firing,
    "Success" = p."Success" + @Success,
    "Failed" = p."Failed" + @Failed,
    "Dead" = p."Dead" + @Dead,
    "Cancelled" = p."Cancelled" + @Cancelled,
    "Changes" = p."Changes" + 1
WHERE p."HostId" = @HostId AND p."ProjectId" = ANY (@ProjectIds);

-- 10 of 12: @figure bigint, @figure4 bigint, @figure5 bigint, @figure6 bigint, @figure7 bigint, @figure8 bigint, @figure9 bigint, @figure10 bigint, @figure11 bigint, @figure12 bigint, @figure13 bigint, @figure14 bigint, @figure15 bigint, @figure16 bigint, @figure17 bigint, @figure18 bigint, @figure19 bigint, @figure20 bigint, @hostId uuid, @hour bigint, @ids guid[]
UPDATE "HourlyStats" AS h
SET "Succeeded" = h."Succeeded" + @figure,
    "Failed" = h."Failed" + @figure4,
    "Died" = h."Died" + @figure5,
    "Late1" = h."Late1" + @figure6,
    "Late2" = h."Late2" + @figure7,
    "Late3" = h."Late3" + @figure8,
    "Late5" = h."Late5" + @figure9,
    "Late10" = h."Late10" + @figure10,
    "Late20" = h."Late20" + @figure11,
    "Late50" = h."Late50" + @figure12,
    "Late100" = h."Late100" + @figure13,
    "Late200" = h."Late200" + @figure14,
    "Late500" = h."Late500" + @figure15,
    "Late1000" = h."Late1000" + @figure16,
    "Late5000" = h."Late5000" + @figure17,
    "LateMinute" = h."LateMinute" + @figure18,
    "LateHour" = h."LateHour" + @figure19,
    "LateDay" = h."LateDay" + @figure20
WHERE h."HostId" = @hostId AND h."Hour" = @hour AND h."ProjectId" = ANY (@ids);

-- 11 of 12: @p integer
SELECT p."ProjectId", p."HostId"
FROM "ProjectCounters" AS p
WHERE p."HostId" <> '00000000-0000-0000-0000-000000000000' AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h
    WHERE h."Id" = p."HostId")
ORDER BY p."ProjectId"
LIMIT @p;

-- 12 of 12: @p integer
SELECT h."ProjectId", h."Hour", h."HostId"
FROM "HourlyStats" AS h
WHERE h."HostId" <> '00000000-0000-0000-0000-000000000000' AND NOT EXISTS (
    SELECT 1
    FROM "Hosts" AS h0
    WHERE h0."Id" = h."HostId")
ORDER BY h."ProjectId", h."Hour"
LIMIT @p;
