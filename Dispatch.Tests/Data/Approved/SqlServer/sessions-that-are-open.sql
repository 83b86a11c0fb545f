-- 1 of 1: @sessionIds1 varbinary(16), @sessionIds2 varbinary(16), @sessionIds3 varbinary(16), @now bigint
SELECT [s].[Id]
FROM [Sessions] AS [s]
WHERE [s].[Id] IN (@sessionIds1, @sessionIds2, @sessionIds3) AND [s].[ExpiresAt] > @now;
