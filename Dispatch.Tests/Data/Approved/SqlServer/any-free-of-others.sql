-- 1 of 1: @after bigint, @until bigint, @crowded nvarchar(4000), @hosts bigint, @index bigint
SELECT CASE
    WHEN EXISTS (
        SELECT 1
        FROM [Jobs] AS [j]
        WHERE [j].[ArmedBy] IS NULL AND [j].[NextAttemptAt] > @after AND [j].[NextAttemptAt] <= @until AND [j].[ProjectId] NOT IN (
            SELECT [c].[value]
            FROM OPENJSON(@crowded) WITH ([value] binary(16) '$') AS [c]
        ) AND ([j].[CreatedAt] % CAST(127 AS bigint)) % @hosts = @index) THEN CAST(1 AS bit)
    ELSE CAST(0 AS bit)
END;
