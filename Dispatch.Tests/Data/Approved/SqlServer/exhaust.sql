-- 1 of 5: @Now bigint, @Ids1 varbinary(16), @Ids2 varbinary(16), @Ids3 varbinary(16), @Attempt int
UPDATE [j]
SET [j].[Status] = N'DEAD',
    [j].[UpdatedAt] = @Now,
    [j].[NextAttemptAt] = NULL,
    [j].[ArmedBy] = NULL,
    [j].[ClaimId] = NULL
FROM [Jobs] AS [j]
WHERE [j].[Id] IN (@Ids1, @Ids2, @Ids3) AND [j].[Attempt] = @Attempt AND CASE
    WHEN [j].[Status] = N'FIRING' THEN 1
    ELSE 0
END = 1;

-- 2 of 5: @p0 varbinary(16), @p1 bigint, @p2 nvarchar(max), @p3 bigint, @p4 varbinary(16), @p5 bigint, @p6 int, @p7 nvarchar(max), @p8 int, @p9 nvarchar(11), @p10 varbinary(16), @p11 bigint, @p12 nvarchar(max), @p13 bigint, @p14 varbinary(16), @p15 bigint, @p16 int, @p17 nvarchar(max), @p18 int, @p19 nvarchar(11)
INSERT INTO [Attempts] ([Id], [DurationMs], [Error], [FiredAt], [JobId], [LatenessMs], [Number], [ResponseBody], [ResponseCode], [Status]) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9), (@p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17, @p18, @p19);

-- 3 of 5: @p0 varbinary(16), @p1 bigint, @p2 nvarchar(max), @p3 bigint, @p4 varbinary(16), @p5 bigint, @p6 int, @p7 nvarchar(max), @p8 int, @p9 nvarchar(11)
INSERT INTO [Attempts] ([Id], [DurationMs], [Error], [FiredAt], [JobId], [LatenessMs], [Number], [ResponseBody], [ResponseCode], [Status]) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9);

-- 4 of 5: @Scheduled bigint, @Firing bigint, @Success bigint, @Failed bigint, @Dead bigint, @Cancelled bigint, @HostId varbinary(16), @ProjectIds1 varbinary(16)
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

-- 5 of 5: @figure bigint, @figure4 bigint, @figure5 bigint, @hostId varbinary(16), @hour bigint, @ids1 varbinary(16)
UPDATE [h]
SET [h].[Failed] = [h].[Failed] + @figure,
    [h].[Died] = [h].[Died] + @figure4,
    [h].[Late1] = [h].[Late1] + @figure5
FROM [HourlyStats] AS [h]
WHERE [h].[HostId] = @hostId AND [h].[Hour] = @hour AND [h].[ProjectId] = @ids1;
