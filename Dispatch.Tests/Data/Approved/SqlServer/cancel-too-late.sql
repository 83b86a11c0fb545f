-- 1 of 2: @p nvarchar(9), @at_Now bigint, @cancel_JobId varbinary(16), @cancel_ProjectId varbinary(16), @transition_From nvarchar(9)
UPDATE [j]
SET [j].[Status] = @p,
    [j].[UpdatedAt] = @at_Now,
    [j].[NextAttemptAt] = NULL,
    [j].[ArmedBy] = NULL,
    [j].[ClaimId] = NULL
FROM [Jobs] AS [j]
WHERE [j].[Id] = @cancel_JobId AND [j].[ProjectId] = @cancel_ProjectId AND CASE
    WHEN [j].[Status] = @transition_From THEN 1
    ELSE 0
END = 1;

-- 2 of 2: @cancel_JobId varbinary(16), @cancel_ProjectId varbinary(16)
SELECT CASE
    WHEN EXISTS (
        SELECT 1
        FROM [Jobs] AS [j]
        WHERE [j].[Id] = @cancel_JobId AND [j].[ProjectId] = @cancel_ProjectId) THEN CAST(1 AS bit)
    ELSE CAST(0 AS bit)
END;
