-- 1 of 2: @hash varbinary(32), @now bigint
SELECT TOP(1) [s].[Id], [s].[AccountId], [a].[Email], [a].[IsOperator], [s].[Kind], [s].[LastSeenAt]
FROM [Sessions] AS [s]
INNER JOIN [AspNetUsers] AS [a] ON [s].[AccountId] = [a].[Id]
WHERE [s].[Hash] = @hash AND [s].[ExpiresAt] > @now;

-- 2 of 2: @p2 bigint, @sessionId varbinary(16), @p bigint
UPDATE [s]
SET [s].[LastSeenAt] = @p2
FROM [Sessions] AS [s]
WHERE [s].[Id] = @sessionId AND [s].[LastSeenAt] <= @p;
