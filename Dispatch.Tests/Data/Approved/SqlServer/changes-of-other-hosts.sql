-- 1 of 1: @accounts1 varbinary(16), @accounts2 varbinary(16), @accounts3 varbinary(16), @own varbinary(16)
SELECT [p0].[AccountId], [p].[HostId], COALESCE(SUM([p].[Changes]), CAST(0 AS bigint)), COUNT(*)
FROM [ProjectCounters] AS [p]
INNER JOIN [Projects] AS [p0] ON [p].[ProjectId] = [p0].[Id]
WHERE [p0].[AccountId] IN (@accounts1, @accounts2, @accounts3) AND [p].[HostId] <> @own
GROUP BY [p0].[AccountId], [p].[HostId];
