-- 1 of 6: @p int
SELECT TOP(@p) [j].[Id], [j].[UpdatedAt] AS [ClaimedAt]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h]
    WHERE [h].[Id] = [j].[ArmedBy]) AND [j].[Status] = N'FIRING' AND [j].[NextAttemptAt] IS NOT NULL
ORDER BY [j].[NextAttemptAt];

-- 2 of 6: @p int
SELECT TOP(@p) [j].[Id]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h]
    WHERE [h].[Id] = [j].[ArmedBy]) AND [j].[NextAttemptAt] IS NOT NULL AND [j].[Status] <> N'FIRING'
ORDER BY [j].[NextAttemptAt];

-- 3 of 6: @ids1 varbinary(16)
UPDATE [j]
SET [j].[ArmedBy] = NULL
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h]
    WHERE [h].[Id] = [j].[ArmedBy]) AND [j].[NextAttemptAt] IS NOT NULL AND [j].[Status] <> N'FIRING' AND [j].[Id] = @ids1;

-- 4 of 6: @p int
SELECT TOP(@p) [j].[Id]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h]
    WHERE [h].[Id] = [j].[ArmedBy]) AND [j].[NextAttemptAt] IS NOT NULL AND [j].[Status] <> N'FIRING'
ORDER BY [j].[NextAttemptAt];

-- 5 of 6: @p int
SELECT TOP(@p) [j].[Id], [j].[UpdatedAt] AS [ClaimedAt]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h]
    WHERE [h].[Id] = [j].[ArmedBy]) AND [j].[Status] = N'FIRING' AND [j].[NextAttemptAt] IS NOT NULL
ORDER BY [j].[NextAttemptAt];

-- 6 of 6: @p int
SELECT TOP(@p) [j].[Id]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] IS NOT NULL AND NOT EXISTS (
    SELECT 1
    FROM [Hosts] AS [h]
    WHERE [h].[Id] = [j].[ArmedBy]) AND [j].[NextAttemptAt] IS NOT NULL AND [j].[Status] <> N'FIRING'
ORDER BY [j].[NextAttemptAt];
