-- 1 of 4
SELECT CASE
    WHEN EXISTS (
        SELECT 1
        FROM [Projects] AS [p]
        WHERE [p].[DeletedAt] IS NOT NULL) THEN CAST(1 AS bit)
    ELSE CAST(0 AS bit)
END;

-- 2 of 4: @p int
SELECT TOP(@p) [j].[Id], [j].[ProjectId], [j].[Status]
FROM [Jobs] AS [j]
WHERE [j].[ProjectId] IN (
    SELECT [p].[Id]
    FROM [Projects] AS [p]
    WHERE [p].[DeletedAt] IS NOT NULL
) AND [j].[Status] <> N'FIRING'
ORDER BY [j].[Id];

-- 3 of 4
DELETE FROM [i]
FROM [InboxRequests] AS [i]
WHERE [i].[Id] IN (
    SELECT TOP(100) [i0].[Id]
    FROM [InboxRequests] AS [i0]
    WHERE [i0].[ProjectId] IN (
        SELECT [p].[Id]
        FROM [Projects] AS [p]
        WHERE [p].[DeletedAt] IS NOT NULL
    )
    ORDER BY [i0].[Id]
);

-- 4 of 4
DELETE FROM [p]
FROM [Projects] AS [p]
WHERE [p].[DeletedAt] IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM [Jobs] AS [j]
    WHERE [j].[ProjectId] = [p].[Id]);
