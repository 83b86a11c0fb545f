-- 1 of 6: @p int, @jobIds1 varbinary(16), @jobIds2 varbinary(16), @jobIds3 varbinary(16), @host_Id varbinary(16)
SELECT TOP(@p) [j].[Id], [j].[UpdatedAt] AS [ClaimedAt]
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (@jobIds1, @jobIds2, @jobIds3) AND [j].[ArmedBy] = @host_Id AND [j].[Status] = N'FIRING' AND [j].[NextAttemptAt] IS NOT NULL
ORDER BY [j].[NextAttemptAt];

-- 2 of 6: @p nvarchar(9), @at_Now bigint, @p7 varbinary(16), @jobIds1 varbinary(16), @jobIds2 varbinary(16), @jobIds3 varbinary(16), @host_Id varbinary(16), @ids1 varbinary(16), @ids2 varbinary(16), @ids3 varbinary(16), @transition_From nvarchar(9)
UPDATE [j]
SET [j].[Status] = @p,
    [j].[UpdatedAt] = @at_Now,
    [j].[ArmedBy] = NULL,
    [j].[ClaimId] = @p7
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (@jobIds1, @jobIds2, @jobIds3) AND [j].[ArmedBy] = @host_Id AND [j].[Status] = N'FIRING' AND [j].[NextAttemptAt] IS NOT NULL AND [j].[Id] IN (@ids1, @ids2, @ids3) AND CASE
    WHEN [j].[Status] = @transition_From THEN 1
    ELSE 0
END = 1;

-- 3 of 6: @ids1 varbinary(16), @ids2 varbinary(16), @ids3 varbinary(16), @mark varbinary(16)
SELECT [j].[Id], [j].[ProjectId], [j].[Attempt]
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (@ids1, @ids2, @ids3) AND [j].[ClaimId] = @mark;

-- 4 of 6: @p0 varbinary(16), @p1 bigint, @p2 nvarchar(max), @p3 bigint, @p4 varbinary(16), @p5 bigint, @p6 int, @p7 nvarchar(max), @p8 int, @p9 nvarchar(11), @p10 varbinary(16), @p11 bigint, @p12 nvarchar(max), @p13 bigint, @p14 varbinary(16), @p15 bigint, @p16 int, @p17 nvarchar(max), @p18 int, @p19 nvarchar(11)
INSERT INTO [Attempts] ([Id], [DurationMs], [Error], [FiredAt], [JobId], [LatenessMs], [Number], [ResponseBody], [ResponseCode], [Status]) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9), (@p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17, @p18, @p19);

-- 5 of 6: @p0 varbinary(16), @p1 bigint, @p2 nvarchar(max), @p3 bigint, @p4 varbinary(16), @p5 bigint, @p6 int, @p7 nvarchar(max), @p8 int, @p9 nvarchar(11)
INSERT INTO [Attempts] ([Id], [DurationMs], [Error], [FiredAt], [JobId], [LatenessMs], [Number], [ResponseBody], [ResponseCode], [Status]) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9);

-- 6 of 6: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId varbinary(16), @ProjectIds1 varbinary(16)
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
