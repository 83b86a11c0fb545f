-- 1 of 1: @p int, @host_Id varbinary(16), @dueBefore bigint
SELECT TOP(@p) [j].[Id], [j].[ProjectId], [j].[WebhookUrl], [j].[NextAttemptAt], [j].[Status]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] = @host_Id AND [j].[NextAttemptAt] < @dueBefore
ORDER BY [j].[NextAttemptAt];
