-- 1 of 1: @p bigint
DELETE FROM [d]
FROM [DeliveryHours] AS [d]
WHERE [d].[Hour] < @p;
