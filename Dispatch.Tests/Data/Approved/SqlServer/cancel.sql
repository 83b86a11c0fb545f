-- 1 of 2: @p nvarchar(9), @p4 bigint, @cancel_JobId varbinary(16), @cancel_ProjectId varbinary(16), @transition_From nvarchar(9)
UPDATE [j]
SET [j].[Status] = @p,
    [j].[UpdatedAt] = @p4,
    [j].[NextAttemptAt] = NULL,
    [j].[ArmedBy] = NULL,
    [j].[ClaimId] = NULL
FROM [Jobs] AS [j]
WHERE [j].[Id] = @cancel_JobId AND [j].[ProjectId] = @cancel_ProjectId AND [j].[Status] = @transition_From;

-- 2 of 2: @more_Scheduled bigint, @more_Firing bigint, @more_Success bigint, @more_Failed bigint, @more_Dead bigint, @more_Cancelled bigint, @hostId varbinary(16), @ids1 varbinary(16)
UPDATE [p]
SET [p].[Scheduled] = [p].[Scheduled] + @more_Scheduled,
    [p].[Firing] = [p].[Firing] + @more_Firing,
    [p].[Success] = [p].[Success] + @more_Success,
    [p].[Failed] = [p].[Failed] + @more_Failed,
    [p].[Dead] = [p].[Dead] + @more_Dead,
    [p].[Cancelled] = [p].[Cancelled] + @more_Cancelled,
    [p].[Changes] = [p].[Changes] + CAST(1 AS bigint)
FROM [ProjectTallies] AS [p]
WHERE [p].[HostId] = @hostId AND [p].[ProjectId] = @ids1;
