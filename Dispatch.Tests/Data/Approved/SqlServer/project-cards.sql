-- 1 of 2: @accountId varbinary(16)
SELECT [p].[Id], [p].[AccountId], [p].[CreatedAt], [p].[DeletedAt], [p].[InboxDelayMs], [p].[InboxStatus], [p].[InboxToken], [p].[Name], [p].[PreviousSecretCipher], [p].[PreviousSecretExpiresAt], [p].[SecretCipher], (
    SELECT COUNT(*)
    FROM [ApiKeys] AS [a]
    WHERE [a].[ProjectId] = [p].[Id]) AS [Keys]
FROM [Projects] AS [p]
WHERE [p].[AccountId] = @accountId AND [p].[DeletedAt] IS NULL
ORDER BY [p].[CreatedAt], [p].[Id];

-- 2 of 2: @accountId varbinary(16)
SELECT [p0].[ProjectId], COALESCE(SUM([p0].[Scheduled]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Firing]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Success]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Failed]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Dead]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Cancelled]), CAST(0 AS bigint))
FROM [Projects] AS [p]
INNER JOIN [ProjectCounters] AS [p0] ON [p].[Id] = [p0].[ProjectId]
WHERE [p].[AccountId] = @accountId
GROUP BY [p0].[ProjectId];
