-- 1 of 1: @hash varbinary(32)
SELECT TOP(1) [a].[Id], [p0].[Id], [p0].[AccountId]
FROM [ApiKeys] AS [a]
INNER JOIN (
    SELECT [p].[Id], [p].[AccountId]
    FROM [Projects] AS [p]
    WHERE [p].[DeletedAt] IS NULL
) AS [p0] ON [a].[ProjectId] = [p0].[Id]
WHERE [a].[Hash] = @hash;
