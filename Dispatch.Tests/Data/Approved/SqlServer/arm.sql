-- 1 of 3: @limit int, @after bigint, @until bigint
SELECT TOP(@limit) [j].[Id], [j].[ProjectId], [j].[WebhookUrl], [j].[NextAttemptAt], CASE
    WHEN [j].[Status] = N'FAILED' THEN CAST(1 AS bit)
    ELSE CAST(0 AS bit)
END
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] IS NULL AND [j].[NextAttemptAt] > @after AND [j].[NextAttemptAt] <= @until
ORDER BY [j].[NextAttemptAt];

-- 2 of 3: @p varbinary(16), @ids1 varbinary(16), @ids2 varbinary(16), @ids3 varbinary(16), @holder_HostId varbinary(16)
UPDATE [j]
SET [j].[ArmedBy] = @p
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (@ids1, @ids2, @ids3) AND [j].[NextAttemptAt] IS NOT NULL AND COALESCE([j].[ArmedBy], 0x00000000000000000000000000000000) = @holder_HostId;

-- 3 of 3: @ids1 varbinary(16), @ids2 varbinary(16), @ids3 varbinary(16), @host_Id varbinary(16)
SELECT [j].[Id]
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (@ids1, @ids2, @ids3) AND [j].[ArmedBy] = @host_Id;
