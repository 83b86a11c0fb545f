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

-- 3 of 4: @accountId varbinary(16), @deleted nvarchar(4000), @p int, @p3 int
SELECT [j].[Id]
FROM [Jobs] AS [j]
WHERE [j].[AccountId] = @accountId AND [j].[ProjectId] NOT IN (
    SELECT [d].[value]
    FROM OPENJSON(@deleted) WITH ([value] binary(16) '$') AS [d]
)
ORDER BY [j].[CreatedAt] DESC, [j].[Id] DESC
OFFSET @p ROWS FETCH NEXT @p3 ROWS ONLY;

-- 4 of 4: @ids nvarchar(4000)
SELECT [j].[Id], [j].[ProjectId], [j].[Title], [j].[WebhookUrl], [j].[FireAt], [j].[Status], [j].[RetryCount], [j].[NextAttemptAt], [j].[CreatedAt], [j].[UpdatedAt], [j].[Attempt]
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (
    SELECT [i].[value]
    FROM OPENJSON(@ids) WITH ([value] binary(16) '$') AS [i]
);
