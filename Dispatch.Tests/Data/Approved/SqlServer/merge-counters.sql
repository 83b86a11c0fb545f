-- 1 of 12: @p int
SELECT TOP(@p) [p].[ProjectId], [p].[HostId]
FROM [ProjectCounters] AS [p]
WHERE [p].[HostId] <> 0x00000000000000000000000000000000 AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h]
    WHERE [h].[Id] = [p].[HostId])
ORDER BY [p].[ProjectId];

-- 2 of 12: @key_ProjectId varbinary(16), @key_HostId varbinary(16)
UPDATE [p]
SET [p].[Scheduled] = [p].[Scheduled]
FROM [ProjectCounters] AS [p]
WHERE [p].[ProjectId] = @key_ProjectId AND [p].[HostId] = @key_HostId;

-- 3 of 12: @key_ProjectId varbinary(16), @key_HostId varbinary(16)
SELECT TOP(2) [p].[ProjectId], [p].[HostId], [p].[Cancelled], [p].[Changes], [p].[Dead], [p].[Failed], [p].[Firing], [p].[Scheduled], [p].[Success]
FROM [ProjectCounters] AS [p]
WHERE [p].[ProjectId] = @key_ProjectId AND [p].[HostId] = @key_HostId;

-- 4 of 12: @key_ProjectId varbinary(16), @key_HostId varbinary(16)
DELETE FROM [p]
FROM [ProjectCounters] AS [p]
WHERE [p].[ProjectId] = @key_ProjectId AND [p].[HostId] = @key_HostId;

-- 5 of 12: @p int
SELECT TOP(@p) [h].[ProjectId], [h].[Hour], [h].[HostId]
FROM [HourlyStats] AS [h]
WHERE [h].[HostId] <> 0x00000000000000000000000000000000 AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h0]
    WHERE [h0].[Id] = [h].[HostId])
ORDER BY [h].[ProjectId], [h].[Hour];

-- 6 of 12: @key_ProjectId varbinary(16), @key_Hour bigint, @key_HostId varbinary(16)
UPDATE [h]
SET [h].[Succeeded] = [h].[Succeeded]
FROM [HourlyStats] AS [h]
WHERE [h].[ProjectId] = @key_ProjectId AND [h].[Hour] = @key_Hour AND [h].[HostId] = @key_HostId;

-- 7 of 12: @key_ProjectId varbinary(16), @key_Hour bigint, @key_HostId varbinary(16)
SELECT TOP(2) [h].[ProjectId], [h].[Hour], [h].[HostId], [h].[Died], [h].[Failed], [h].[Late1], [h].[Late10], [h].[Late100], [h].[Late1000], [h].[Late2], [h].[Late20], [h].[Late200], [h].[Late3], [h].[Late5], [h].[Late50], [h].[Late500], [h].[Late5000], [h].[LateDay], [h].[LateHour], [h].[LateMinute], [h].[Succeeded]
FROM [HourlyStats] AS [h]
WHERE [h].[ProjectId] = @key_ProjectId AND [h].[Hour] = @key_Hour AND [h].[HostId] = @key_HostId;

-- 8 of 12: @key_ProjectId varbinary(16), @key_Hour bigint, @key_HostId varbinary(16)
DELETE FROM [h]
FROM [HourlyStats] AS [h]
WHERE [h].[ProjectId] = @key_ProjectId AND [h].[Hour] = @key_Hour AND [h].[HostId] = @key_HostId;

-- 9 of 12: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId varbinary(16), @ProjectIds1 varbinary(16)
UPDATE [p]
SET [p].[Scheduled] = [p].[Scheduled] + @Scheduled,
    [p].[Firing] = [p].[Firing] + @Firing,
    [p].[Success] = [p].[Success] + @Success,
    [p].[Failed] = [p].[Failed] + @Failed,
    [p].[Dead] = [p].[Dead] + @Dead,
    [p].[Cancelled] = [p].[Cancelled] + @Cancelled,
    [p].[Changes] = [p].[Changes] + CAST(1 AS bigint)
FROM [ProjectCounters] AS [p]
WHERE [p].[HostId] = @HostId AND [p].[ProjectId] = @ProjectIds1;

-- 10 of 12: @figure bigint, @figure4 bigint, @figure5 bigint, @figure6 bigint, @figure7 bigint, @figure8 bigint, @figure9 bigint, @figure10 bigint, @figure11 bigint, @figure12 bigint, @figure13 bigint, @figure14 bigint, @figure15 bigint, @figure16 bigint, @figure17 bigint, @figure18 bigint, @figure19 bigint, @figure20 bigint, @hostId varbinary(16), @hour bigint, @ids1 varbinary(16)
UPDATE [h]
SET [h].[Succeeded] = [h].[Succeeded] + @figure,
    [h].[Failed] = [h].[Failed] + @figure4,
    [h].[Died] = [h].[Died] + @figure5,
    [h].[Late1] = [h].[Late1] + @figure6,
    [h].[Late2] = [h].[Late2] + @figure7,
    [h].[Late3] = [h].[Late3] + @figure8,
    [h].[Late5] = [h].[Late5] + @figure9,
    [h].[Late10] = [h].[Late10] + @figure10,
    [h].[Late20] = [h].[Late20] + @figure11,
    [h].[Late50] = [h].[Late50] + @figure12,
    [h].[Late100] = [h].[Late100] + @figure13,
    [h].[Late200] = [h].[Late200] + @figure14,
    [h].[Late500] = [h].[Late500] + @figure15,
    [h].[Late1000] = [h].[Late1000] + @figure16,
    [h].[Late5000] = [h].[Late5000] + @figure17,
    [h].[LateMinute] = [h].[LateMinute] + @figure18,
    [h].[LateHour] = [h].[LateHour] + @figure19,
    [h].[LateDay] = [h].[LateDay] + @figure20
FROM [HourlyStats] AS [h]
WHERE [h].[HostId] = @hostId AND [h].[Hour] = @hour AND [h].[ProjectId] = @ids1;

-- 11 of 12: @p int
SELECT TOP(@p) [p].[ProjectId], [p].[HostId]
FROM [ProjectCounters] AS [p]
WHERE [p].[HostId] <> 0x00000000000000000000000000000000 AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h]
    WHERE [h].[Id] = [p].[HostId])
ORDER BY [p].[ProjectId];

-- 12 of 12: @p int
SELECT TOP(@p) [h].[ProjectId], [h].[Hour], [h].[HostId]
FROM [HourlyStats] AS [h]
WHERE [h].[HostId] <> 0x00000000000000000000000000000000 AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h0]
    WHERE [h0].[Id] = [h].[HostId])
ORDER BY [h].[ProjectId], [h].[Hour];
