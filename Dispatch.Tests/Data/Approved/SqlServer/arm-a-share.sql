-- 1 of 1: @p4 int, @_8__locals1_after bigint, @_8__locals1_until bigint, @p bigint, @p3 bigint
SELECT TOP(@p4) [j].[Id], [j].[ProjectId], [j].[WebhookUrl], [j].[NextAttemptAt], [j].[Status]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] IS NULL AND [j].[NextAttemptAt] > @_8__locals1_after AND [j].[NextAttemptAt] <= @_8__locals1_until AND ([j].[CreatedAt] % CAST(127 AS bigint)) % @p = @p3
ORDER BY [j].[NextAttemptAt];
