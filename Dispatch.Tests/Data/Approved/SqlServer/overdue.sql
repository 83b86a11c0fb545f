-- 1 of 1: @hostId varbinary(16), @dueBefore bigint
SELECT TOP(10000) [j].[Id], [j].[ProjectId], [j].[WebhookUrl], [j].[NextAttemptAt], [j].[Status]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] = @hostId AND [j].[NextAttemptAt] < @dueBefore
ORDER BY [j].[NextAttemptAt];
