-- 1 of 1: @p bigint, @keyId varbinary(16), @usedAt bigint
UPDATE [a]
SET [a].[LastUsedAt] = @p
FROM [ApiKeys] AS [a]
WHERE [a].[Id] = @keyId AND ([a].[LastUsedAt] IS NULL OR [a].[LastUsedAt] < @usedAt);
