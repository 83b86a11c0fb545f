-- 1 of 4
SELECT CASE
    WHEN EXISTS (
        SELECT 1
        FROM [Projects] AS [p]
        WHERE [p].[DeletedAt] IS NOT NULL) THEN CAST(1 AS bit)
    ELSE CAST(0 AS bit)
END;

-- 2 of 4: @p int
SELECT TOP(@p) [j].[Id], [j].[ProjectId], [j].[Status]
FROM [Jobs] AS [j]
WHERE [j].[ProjectId] IN (
    SELECT [p].[Id]
    FROM [Projects] AS [p]
    WHERE [p].[DeletedAt] IS NOT NULL
) AND [j].[Status] <> N'FIRING'
ORDER BY [j].[Id];

-- 3 of 4: @ids1 varbinary(16), @ids2 varbinary(16), @ids3 varbinary(16)
DELETE FROM [j]
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (@ids1, @ids2, @ids3);

-- 4 of 4: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId varbinary(16), @ProjectIds1 varbinary(16)
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
