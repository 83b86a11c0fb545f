-- 1 of 1: @limit int, @after bigint, @until bigint, @hosts bigint, @index bigint
SELECT TOP(@limit) [j].[Id], [j].[ProjectId], [j].[WebhookUrl], [j].[NextAttemptAt], CASE
    WHEN [j].[Status] = N'FAILED' THEN CAST(1 AS bit)
    ELSE CAST(0 AS bit)
END
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] IS NULL AND [j].[NextAttemptAt] > @after AND [j].[NextAttemptAt] <= @until AND ([j].[CreatedAt] % CAST(127 AS bigint)) % @hosts = @index
ORDER BY [j].[NextAttemptAt];
