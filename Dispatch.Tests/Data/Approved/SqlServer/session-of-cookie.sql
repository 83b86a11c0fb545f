-- 1 of 2: @sessionId varbinary(16), @now bigint
SELECT TOP(1) [s].[Id], [s].[AccountId], [a].[Email], [a].[IsOperator], [s].[Kind], [s].[LastSeenAt]
FROM [Sessions] AS [s]
INNER JOIN [AspNetUsers] AS [a] ON [s].[AccountId] = [a].[Id]
WHERE [s].[Id] = @sessionId AND [s].[Kind] = N'Browser' AND [s].[ExpiresAt] > @now;

-- 2 of 2: @p2 bigint, @p3 bigint, @sessionId varbinary(16), @p bigint
UPDATE [s]
SET [s].[LastSeenAt] = @p2,
    [s].[ExpiresAt] = @p3
FROM [Sessions] AS [s]
WHERE [s].[Id] = @sessionId AND [s].[LastSeenAt] <= @p;
