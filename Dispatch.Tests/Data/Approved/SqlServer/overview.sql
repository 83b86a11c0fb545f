-- 1 of 11: @scope_AccountId varbinary(16)
SELECT [p].[Id], [p].[Name], [p].[DeletedAt]
FROM [Projects] AS [p]
WHERE [p].[AccountId] = @scope_AccountId;

-- 2 of 11: @accountId varbinary(16)
SELECT [p0].[ProjectId], COALESCE(SUM([p0].[Scheduled]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Firing]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Success]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Failed]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Dead]), CAST(0 AS bigint)), COALESCE(SUM([p0].[Cancelled]), CAST(0 AS bigint))
FROM [Projects] AS [p]
INNER JOIN [ProjectCounters] AS [p0] ON [p].[Id] = [p0].[ProjectId]
WHERE [p].[AccountId] = @accountId
GROUP BY [p0].[ProjectId];

-- 3 of 11: @projectIds nvarchar(4000), @first bigint
SELECT [h].[ProjectId], [h].[Hour], [h].[HostId], [h].[Died], [h].[Failed], [h].[Late1], [h].[Late10], [h].[Late100], [h].[Late1000], [h].[Late2], [h].[Late20], [h].[Late200], [h].[Late3], [h].[Late5], [h].[Late50], [h].[Late500], [h].[Late5000], [h].[LateDay], [h].[LateHour], [h].[LateMinute], [h].[Succeeded]
FROM [HourlyStats] AS [h]
WHERE [h].[ProjectId] IN (
    SELECT [p].[value]
    FROM OPENJSON(@projectIds) WITH ([value] binary(16) '$') AS [p]
) AND [h].[Hour] >= @first;

-- 4 of 11
SELECT [h].[Id]
FROM [Hosts] AS [h];

-- 5 of 11: @_8__locals1_first4 bigint, @_8__locals1_first bigint, @_8__locals1_until bigint, @_8__locals1_projectIds nvarchar(4000)
SELECT [j0].[Key] AS [At], COUNT_BIG(*) AS [Due]
FROM (
    SELECT ([j].[NextAttemptAt] - @_8__locals1_first4) / CAST(60000 AS bigint) AS [Key]
    FROM [Jobs] AS [j]
    WHERE [j].[ArmedBy] IS NULL AND [j].[NextAttemptAt] >= @_8__locals1_first AND [j].[NextAttemptAt] < @_8__locals1_until AND [j].[ProjectId] IN (
        SELECT [8].[value]
        FROM OPENJSON(@_8__locals1_projectIds) WITH ([value] binary(16) '$') AS [8]
    )
) AS [j0]
GROUP BY [j0].[Key];

-- 6 of 11: @_8__locals1_first4 bigint, @holder varbinary(16), @_8__locals1_first bigint, @_8__locals1_until bigint, @_8__locals1_projectIds nvarchar(4000)
SELECT [j0].[Key] AS [At], COUNT_BIG(*) AS [Due]
FROM (
    SELECT ([j].[NextAttemptAt] - @_8__locals1_first4) / CAST(60000 AS bigint) AS [Key]
    FROM [Jobs] AS [j]
    WHERE [j].[ArmedBy] = @holder AND [j].[NextAttemptAt] >= @_8__locals1_first AND [j].[NextAttemptAt] < @_8__locals1_until AND [j].[ProjectId] IN (
        SELECT [8].[value]
        FROM OPENJSON(@_8__locals1_projectIds) WITH ([value] binary(16) '$') AS [8]
    )
) AS [j0]
GROUP BY [j0].[Key];

-- 7 of 11: @p int, @accountId varbinary(16), @deleted nvarchar(4000)
SELECT TOP(@p) [j].[Id]
FROM [Jobs] AS [j]
WHERE [j].[AccountId] = @accountId AND [j].[Status] IN (N'FAILED', N'DEAD') AND [j].[ProjectId] NOT IN (
    SELECT [d].[value]
    FROM OPENJSON(@deleted) WITH ([value] binary(16) '$') AS [d]
)
ORDER BY [j].[UpdatedAt] DESC;

-- 8 of 11: @ids nvarchar(4000)
SELECT [j].[Id], [j].[ProjectId], [j].[Title], [j].[WebhookUrl], [j].[FireAt], [j].[Status], [j].[RetryCount], [j].[NextAttemptAt], [j].[CreatedAt], [j].[UpdatedAt], [j].[Attempt]
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (
    SELECT [i].[value]
    FROM OPENJSON(@ids) WITH ([value] binary(16) '$') AS [i]
);

-- 9 of 11: @accountId varbinary(16)
SELECT TOP(1) [p].[Id], [p].[AccountId], [p].[CreatedAt], [p].[DeletedAt], [p].[InboxDelayMs], [p].[InboxStatus], [p].[InboxToken], [p].[Name], [p].[PreviousSecretCipher], [p].[PreviousSecretExpiresAt], [p].[SecretCipher]
FROM [Projects] AS [p]
WHERE [p].[AccountId] = @accountId AND [p].[DeletedAt] IS NULL
ORDER BY [p].[CreatedAt], [p].[Id];

-- 10 of 11: @accountId varbinary(16)
SELECT CASE
    WHEN EXISTS (
        SELECT 1
        FROM [Projects] AS [p]
        WHERE [p].[AccountId] = @accountId AND [p].[DeletedAt] IS NULL AND EXISTS (
            SELECT 1
            FROM [ApiKeys] AS [a]
            WHERE [a].[ProjectId] = [p].[Id])) THEN CAST(1 AS bit)
    ELSE CAST(0 AS bit)
END;

-- 11 of 11: @accountId varbinary(16), @p int, @p2 int
SELECT [j].[Id]
FROM [Jobs] AS [j]
WHERE [j].[AccountId] = @accountId
ORDER BY [j].[CreatedAt] DESC, [j].[Id] DESC
OFFSET @p ROWS FETCH NEXT @p2 ROWS ONLY;
