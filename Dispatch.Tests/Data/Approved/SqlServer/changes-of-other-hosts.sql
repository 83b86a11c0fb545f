-- 1 of 1: @accounts nvarchar(4000), @own varbinary(16)
SELECT [p0].[AccountId], [p].[HostId], COALESCE(SUM([p].[Changes]), CAST(0 AS bigint)), COUNT(*)
FROM [ProjectCounters] AS [p]
INNER JOIN [Projects] AS [p0] ON [p].[ProjectId] = [p0].[Id]
WHERE [p0].[AccountId] IN (
    SELECT [a].[value]
    FROM OPENJSON(@accounts) WITH ([value] binary(16) '$') AS [a]
) AND [p].[HostId] <> @own
GROUP BY [p0].[AccountId], [p].[HostId];
