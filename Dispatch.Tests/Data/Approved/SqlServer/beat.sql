-- 1 of 2: @p bigint, @host_Id varbinary(16)
UPDATE [h]
SET [h].[LastSeenAt] = @p
FROM [Hosts] AS [h]
WHERE [h].[Id] = @host_Id;

-- 2 of 2
SELECT [h].[Id], [h].[Name], [h].[LastSeenAt]
FROM [Hosts] AS [h];
