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

-- 2 of 2: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId varbinary(16), @ProjectIds1 varbinary(16)
UPDATE [p]
SET [p].[Scheduled] = [p].[Scheduled] + @Scheduled,
    [p].[Firing] = [p].[Firing] + @Firing,
    [p].[Success] = [p].[Success] + @Success,
    [p].[Failed] = [p].[Failed] + @Failed,
    [p].[Dead] = [p].[Dead] + @Dead,
    [p].[Cancelled] = [p].[Cancelled] + @Cancelled,
    [p].[Changes] = [p].[Changes] + CAST(1 AS bigint)
FROM [ProjectCounters] AS [p]
WHERE [p].[HostId] = @HostId AND [p].[ProjectId] = @ProjectIds1;
