-- 1 of 1: @ids1 varbinary(16), @ids2 varbinary(16), @ids3 varbinary(16), @now bigint
SELECT [s].[Id]
FROM [Sessions] AS [s]
WHERE [s].[Id] IN (@ids1, @ids2, @ids3) AND [s].[ExpiresAt] > @now;
