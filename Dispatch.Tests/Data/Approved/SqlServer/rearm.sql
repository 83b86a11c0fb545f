-- 1 of 3: @Now bigint, @Mark varbinary(16), @Ids1 varbinary(16), @Ids2 varbinary(16), @Ids3 varbinary(16), @Latest bigint, @HostId varbinary(16)
UPDATE [j]
SET [j].[Status] = N'SCHEDULED',
    [j].[UpdatedAt] = @Now,
    [j].[ClaimId] = @Mark
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (@Ids1, @Ids2, @Ids3) AND [j].[NextAttemptAt] <= @Latest AND COALESCE([j].[ArmedBy], 0x00000000000000000000000000000000) = @HostId AND CASE
    WHEN [j].[Status] = N'FAILED' THEN 1
    ELSE 0
END = 1;

-- 2 of 3: @ids1 varbinary(16), @ids2 varbinary(16), @ids3 varbinary(16), @mark varbinary(16)
SELECT [j].[Id]
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (@ids1, @ids2, @ids3) AND [j].[ClaimId] = @mark;

-- 3 of 3: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId varbinary(16), @ProjectIds1 varbinary(16)
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
