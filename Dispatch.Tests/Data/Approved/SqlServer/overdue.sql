-- 1 of 1: @hostId varbinary(16), @dueBefore bigint
SELECT TOP(10000) [j].[Id], [j].[AccountId], [j].[ProjectId], [j].[WebhookUrl], [j].[NextAttemptAt], CASE
    WHEN [j].[Status] = N'FAILED' THEN CAST(1 AS bit)
    ELSE CAST(0 AS bit)
END, [j].[Attempt], [j].[Generation], [j].[Status]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] = @hostId AND [j].[NextAttemptAt] < @dueBefore
ORDER BY [j].[NextAttemptAt];
