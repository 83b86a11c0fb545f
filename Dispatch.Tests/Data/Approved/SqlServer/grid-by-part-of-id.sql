-- 1 of 4: @scope_AccountId varbinary(16)
SELECT [p].[Id], [p].[Name], [p].[DeletedAt]
FROM [Projects] AS [p]
WHERE [p].[AccountId] = @scope_AccountId;

-- 2 of 4: @accountId varbinary(16)
SELECT [p0].[ProjectId], COALESCE(SUM([p0].[Scheduled]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Firing]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Success]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Failed]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Dead]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Cancelled]), CAST(0 AS bigint))
FROM [Projects] AS [p]
INNER JOIN [ProjectCounters] AS [p0] ON [p].[Id] = [p0].[ProjectId]
WHERE [p].[AccountId] = @accountId
GROUP BY [p0].[ProjectId];

-- 3 of 4: @accountId varbinary(16), @deleted nvarchar(4000), @reached bigint, @p int
SELECT [j].[CreatedAt]
FROM [Jobs] AS [j]
WHERE [j].[AccountId] = @accountId AND [j].[ProjectId] NOT IN (
    SELECT [d].[value]
    FROM OPENJSON(@deleted) WITH ([value] binary(16) '$') AS [d]
) AND [j].[CreatedAt] < @reached
ORDER BY [j].[CreatedAt] DESC, [j].[Id] DESC
OFFSET @p ROWS FETCH NEXT 1 ROWS ONLY;

-- 4 of 4: @pattern nvarchar(400), @pattern0 nvarchar(2048), @accountId varbinary(16), @deleted nvarchar(4000), @reached bigint
SELECT [j].[CreatedAt], [j].[Id], CASE
    WHEN LOWER([j].[Title]) LIKE @pattern ESCAPE N'\' OR LOWER([j].[WebhookUrl]) LIKE @pattern0 ESCAPE N'\' THEN CAST(1 AS bit)
    ELSE CAST(0 AS bit)
END AS [IsHit]
FROM [Jobs] AS [j]
WHERE [j].[AccountId] = @accountId AND [j].[ProjectId] NOT IN (
    SELECT [d].[value]
    FROM OPENJSON(@deleted) WITH ([value] binary(16) '$') AS [d]
) AND [j].[CreatedAt] < @reached
ORDER BY [j].[CreatedAt] DESC, [j].[Id] DESC;
