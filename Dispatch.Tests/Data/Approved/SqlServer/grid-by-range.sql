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

-- 3 of 4: @accountId varbinary(16), @deleted nvarchar(4000), @from bigint, @until bigint
SELECT COUNT_BIG(*)
FROM [Jobs] AS [j]
WHERE [j].[AccountId] = @accountId AND [j].[ProjectId] NOT IN (
    SELECT [d].[value]
    FROM OPENJSON(@deleted) WITH ([value] binary(16) '$') AS [d]
) AND [j].[Status] = N'DEAD' AND [j].[Status] IN (N'FAILED', N'DEAD', N'CANCELLED') AND [j].[FireAt] >= @from AND [j].[FireAt] < @until;

-- 4 of 4: @accountId varbinary(16), @deleted nvarchar(4000), @from bigint, @until bigint, @p int, @p6 int
SELECT [j].[Id]
FROM [Jobs] AS [j]
WHERE [j].[AccountId] = @accountId AND [j].[ProjectId] NOT IN (
    SELECT [d].[value]
    FROM OPENJSON(@deleted) WITH ([value] binary(16) '$') AS [d]
) AND [j].[Status] = N'DEAD' AND [j].[Status] IN (N'FAILED', N'DEAD', N'CANCELLED') AND [j].[FireAt] >= @from AND [j].[FireAt] < @until
ORDER BY [j].[CreatedAt] DESC, [j].[Id] DESC
OFFSET @p ROWS FETCH NEXT @p6 ROWS ONLY;
