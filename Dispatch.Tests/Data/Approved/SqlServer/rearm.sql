-- 1 of 3: @p nvarchar(9), @p5 bigint, @p6 varbinary(16), @ids1 varbinary(16), @ids2 varbinary(16), @ids3 varbinary(16), @latest bigint, @hostId varbinary(16), @transition_From nvarchar(9)
UPDATE [j]
SET [j].[Status] = @p,
    [j].[UpdatedAt] = @p5,
    [j].[ClaimId] = @p6
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (@ids1, @ids2, @ids3) AND [j].[NextAttemptAt] <= @latest AND COALESCE([j].[ArmedBy], 0x00000000000000000000000000000000) = @hostId AND [j].[Status] = @transition_From;

-- 2 of 3: @ids1 varbinary(16), @ids2 varbinary(16), @ids3 varbinary(16), @mark varbinary(16)
SELECT [j].[Id]
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (@ids1, @ids2, @ids3) AND [j].[ClaimId] = @mark;

-- 3 of 3: @more_Scheduled bigint, @more_Firing bigint, @more_Success bigint, @more_Failed bigint, @more_Dead bigint, @more_Cancelled bigint, @hostId varbinary(16), @ids1 varbinary(16)
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
