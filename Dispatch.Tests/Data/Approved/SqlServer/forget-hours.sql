-- 1 of 1: @p bigint
DELETE FROM [h]
FROM [HourlyStats] AS [h]
WHERE [h].[Hour] < @p;
