-- 1 of 7: @Now bigint, @Ids1 varbinary(16), @Attempt int
UPDATE [j]
SET [j].[Status] = N'SUCCESS',
    [j].[UpdatedAt] = @Now,
    [j].[NextAttemptAt] = NULL,
    [j].[ArmedBy] = NULL,
    [j].[ClaimId] = NULL
FROM [Jobs] AS [j]
WHERE [j].[Id] = @Ids1 AND [j].[Attempt] = @Attempt AND CASE
    WHEN [j].[Status] = N'FIRING' THEN 1
    ELSE 0
END = 1;

-- 2 of 7: @p0 varbinary(16), @p1 bigint, @p2 nvarchar(max), @p3 bigint, @p4 varbinary(16), @p5 bigint, @p6 int, @p7 nvarchar(max), @p8 int, @p9 nvarchar(11)
INSERT INTO [Attempts] ([Id], [DurationMs], [Error], [FiredAt], [JobId], [LatenessMs], [Number], [ResponseBody], [ResponseCode], [Status]) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9);

-- 3 of 7: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId varbinary(16), @ProjectIds1 varbinary(16)
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

-- 4 of 7: @figure bigint, @figure4 bigint, @hostId varbinary(16), @hour bigint, @ids1 varbinary(16)
UPDATE [h]
SET [h].[Succeeded] = [h].[Succeeded] + @figure,
    [h].[Late1] = [h].[Late1] + @figure4
FROM [HourlyStats] AS [h]
WHERE [h].[HostId] = @hostId AND [h].[Hour] = @hour AND [h].[ProjectId] = @ids1;

-- 5 of 7: @hostId varbinary(16), @hour bigint, @projectIds1 varbinary(16)
SELECT [h].[ProjectId]
FROM [HourlyStats] AS [h]
WHERE [h].[HostId] = @hostId AND [h].[Hour] = @hour AND [h].[ProjectId] = @projectIds1;

-- 6 of 7: @p0 varbinary(16), @p1 bigint, @p2 varbinary(16), @p3 bigint, @p4 bigint, @p5 bigint, @p6 bigint, @p7 bigint, @p8 bigint, @p9 bigint, @p10 bigint, @p11 bigint, @p12 bigint, @p13 bigint, @p14 bigint, @p15 bigint, @p16 bigint, @p17 bigint, @p18 bigint, @p19 bigint, @p20 bigint
INSERT INTO [HourlyStats] ([ProjectId], [Hour], [HostId], [Died], [Failed], [Late1], [Late10], [Late100], [Late1000], [Late2], [Late20], [Late200], [Late3], [Late5], [Late50], [Late500], [Late5000], [LateDay], [LateHour], [LateMinute], [Succeeded]) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17, @p18, @p19, @p20);

-- 7 of 7: @figure bigint, @figure4 bigint, @hostId varbinary(16), @hour bigint, @ids1 varbinary(16)
UPDATE [h]
SET [h].[Succeeded] = [h].[Succeeded] + @figure,
    [h].[Late1] = [h].[Late1] + @figure4
FROM [HourlyStats] AS [h]
WHERE [h].[HostId] = @hostId AND [h].[Hour] = @hour AND [h].[ProjectId] = @ids1;
