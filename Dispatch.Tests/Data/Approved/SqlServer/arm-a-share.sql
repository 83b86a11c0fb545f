-- 1 of 1: @limit int, @after bigint, @until bigint, @hosts bigint, @rank bigint
SELECT TOP(@limit) [j].[Id], [j].[ProjectId], [j].[WebhookUrl], [j].[NextAttemptAt], [j].[Status]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] IS NULL AND [j].[NextAttemptAt] > @after AND [j].[NextAttemptAt] <= @until AND ([j].[CreatedAt] % CAST(127 AS bigint)) % @hosts = @rank
ORDER BY [j].[NextAttemptAt];
