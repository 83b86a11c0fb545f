-- 1 of 12: @p int
SELECT TOP(@p) [p].[ProjectId], [p].[HostId]
FROM [ProjectTallies] AS [p]
WHERE [p].[HostId] <> 0x00000000000000000000000000000000 AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h]
    WHERE [h].[Id] = [p].[HostId])
ORDER BY [p].[ProjectId];

-- 2 of 12: @key_ProjectId varbinary(16), @key_HostId varbinary(16)
UPDATE [p]
SET [p].[Scheduled] = [p].[Scheduled]
FROM [ProjectTallies] AS [p]
WHERE [p].[ProjectId] = @key_ProjectId AND [p].[HostId] = @key_HostId;

-- 3 of 12: @key_ProjectId varbinary(16), @key_HostId varbinary(16)
SELECT TOP(2) [p].[ProjectId], [p].[HostId], [p].[Cancelled], [p].[Changes], [p].[Dead], [p].[Failed], [p].[Firing], [p].[Scheduled], [p].[Success]
FROM [ProjectTallies] AS [p]
WHERE [p].[ProjectId] = @key_ProjectId AND [p].[HostId] = @key_HostId;

-- 4 of 12: @key_ProjectId varbinary(16), @key_HostId varbinary(16)
DELETE FROM [p]
FROM [ProjectTallies] AS [p]
WHERE [p].[ProjectId] = @key_ProjectId AND [p].[HostId] = @key_HostId;

-- 5 of 12: @p int
SELECT TOP(@p) [d].[ProjectId], [d].[Hour], [d].[HostId]
FROM [DeliveryHours] AS [d]
WHERE [d].[HostId] <> 0x00000000000000000000000000000000 AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h]
    WHERE [h].[Id] = [d].[HostId])
ORDER BY [d].[ProjectId], [d].[Hour];

-- 6 of 12: @key_ProjectId varbinary(16), @key_Hour bigint, @key_HostId varbinary(16)
UPDATE [d]
SET [d].[Succeeded] = [d].[Succeeded]
FROM [DeliveryHours] AS [d]
WHERE [d].[ProjectId] = @key_ProjectId AND [d].[Hour] = @key_Hour AND [d].[HostId] = @key_HostId;

-- 7 of 12: @key_ProjectId varbinary(16), @key_Hour bigint, @key_HostId varbinary(16)
SELECT TOP(2) [d].[ProjectId], [d].[Hour], [d].[HostId], [d].[Died], [d].[Failed], [d].[Late1], [d].[Late10], [d].[Late100], [d].[Late1000], [d].[Late2], [d].[Late20], [d].[Late200], [d].[Late3], [d].[Late5], [d].[Late50], [d].[Late500], [d].[Late5000], [d].[LateDay], [d].[LateHour], [d].[LateMinute], [d].[Succeeded]
FROM [DeliveryHours] AS [d]
WHERE [d].[ProjectId] = @key_ProjectId AND [d].[Hour] = @key_Hour AND [d].[HostId] = @key_HostId;

-- 8 of 12: @key_ProjectId varbinary(16), @key_Hour bigint, @key_HostId varbinary(16)
DELETE FROM [d]
FROM [DeliveryHours] AS [d]
WHERE [d].[ProjectId] = @key_ProjectId AND [d].[Hour] = @key_Hour AND [d].[HostId] = @key_HostId;

-- 9 of 12: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId varbinary(16), @ProjectIds1 varbinary(16)
UPDATE [p]
SET [p].[Scheduled] = [p].[Scheduled] + @Scheduled,
    [p].[Firing] = [p].[Firing] + @Firing,
    [p].[Success] = [p].[Success] + @Success,
    [p].[Failed] = [p].[Failed] + @Failed,
    [p].[Dead] = [p].[Dead] + @Dead,
    [p].[Cancelled] = [p].[Cancelled] + @Cancelled,
    [p].[Changes] = [p].[Changes] + CAST(1 AS bigint)
FROM [ProjectTallies] AS [p]
WHERE [p].[HostId] = @HostId AND [p].[ProjectId] = @ProjectIds1;

-- 10 of 12: @figure bigint, @figure4 bigint, @figure5 bigint, @figure6 bigint, @figure7 bigint, @figure8 bigint, @figure9 bigint, @figure10 bigint, @figure11 bigint, @figure12 bigint, @figure13 bigint, @figure14 bigint, @figure15 bigint, @figure16 bigint, @figure17 bigint, @figure18 bigint, @figure19 bigint, @figure20 bigint, @hostId varbinary(16), @hour bigint, @ids1 varbinary(16)
UPDATE [d]
SET [d].[Succeeded] = [d].[Succeeded] + @figure,
    [d].[Failed] = [d].[Failed] + @figure4,
    [d].[Died] = [d].[Died] + @figure5,
    [d].[Late1] = [d].[Late1] + @figure6,
    [d].[Late2] = [d].[Late2] + @figure7,
    [d].[Late3] = [d].[Late3] + @figure8,
    [d].[Late5] = [d].[Late5] + @figure9,
    [d].[Late10] = [d].[Late10] + @figure10,
    [d].[Late20] = [d].[Late20] + @figure11,
    [d].[Late50] = [d].[Late50] + @figure12,
    [d].[Late100] = [d].[Late100] + @figure13,
    [d].[Late200] = [d].[Late200] + @figure14,
    [d].[Late500] = [d].[Late500] + @figure15,
    [d].[Late1000] = [d].[Late1000] + @figure16,
    [d].[Late5000] = [d].[Late5000] + @figure17,
    [d].[LateMinute] = [d].[LateMinute] + @figure18,
    [d].[LateHour] = [d].[LateHour] + @figure19,
    [d].[LateDay] = [d].[LateDay] + @figure20
FROM [DeliveryHours] AS [d]
WHERE [d].[HostId] = @hostId AND [d].[Hour] = @hour AND [d].[ProjectId] = @ids1;

-- 11 of 12: @p int
SELECT TOP(@p) [p].[ProjectId], [p].[HostId]
FROM [ProjectTallies] AS [p]
WHERE [p].[HostId] <> 0x00000000000000000000000000000000 AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h]
    WHERE [h].[Id] = [p].[HostId])
ORDER BY [p].[ProjectId];

-- 12 of 12: @p int
SELECT TOP(@p) [d].[ProjectId], [d].[Hour], [d].[HostId]
FROM [DeliveryHours] AS [d]
WHERE [d].[HostId] <> 0x00000000000000000000000000000000 AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h]
    WHERE [h].[Id] = [d].[HostId])
ORDER BY [d].[ProjectId], [d].[Hour];
