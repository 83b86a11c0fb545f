-- 1 of 6: @p int, @hostId varbinary(16)
SELECT TOP(@p) [j].[Id], [j].[UpdatedAt] AS [ClaimedAt]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] = @hostId AND [j].[Status] = N'FIRING' AND [j].[NextAttemptAt] IS NOT NULL
ORDER BY [j].[NextAttemptAt];

-- 2 of 6: @p int, @hostId varbinary(16)
SELECT TOP(@p) [j].[Id]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] = @hostId AND [j].[NextAttemptAt] IS NOT NULL AND [j].[Status] <> N'FIRING'
ORDER BY [j].[NextAttemptAt];

-- 3 of 6: @hostId varbinary(16), @ids1 varbinary(16), @ids2 varbinary(16)
UPDATE [j]
SET [j].[ArmedBy] = NULL
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] = @hostId AND [j].[NextAttemptAt] IS NOT NULL AND [j].[Status] <> N'FIRING' AND [j].[Id] IN (@ids1, @ids2);

-- 4 of 6: @p int, @hostId varbinary(16)
SELECT TOP(@p) [j].[Id]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] = @hostId AND [j].[NextAttemptAt] IS NOT NULL AND [j].[Status] <> N'FIRING'
ORDER BY [j].[NextAttemptAt];

-- 5 of 6: @p int, @hostId varbinary(16)
SELECT TOP(@p) [j].[Id], [j].[UpdatedAt] AS [ClaimedAt]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] = @hostId AND [j].[Status] = N'FIRING' AND [j].[NextAttemptAt] IS NOT NULL
ORDER BY [j].[NextAttemptAt];

-- 6 of 6: @p int, @hostId varbinary(16)
SELECT TOP(@p) [j].[Id]
FROM [Jobs] AS [j]
WHERE [j].[ArmedBy] = @hostId AND [j].[NextAttemptAt] IS NOT NULL AND [j].[Status] <> N'FIRING'
ORDER BY [j].[NextAttemptAt];
