-- Run by the service `database` of compose.yaml as SQL Server's administrator, at every start; what is there already stays as it is, but the
-- login's password, which becomes the one in .env. sqlcmd puts the variable DISPATCH_DB_PASSWORD of the environment in.
IF DB_ID(N'dispatch') IS NULL
BEGIN
    CREATE DATABASE dispatch;
    -- Readers do not wait for writers; EF does the same to a database that it makes itself. SIMPLE: without back-ups of the log it would grow for
    -- ever; if you make them, set FULL.
    EXEC (N'ALTER DATABASE dispatch SET READ_COMMITTED_SNAPSHOT ON; ALTER DATABASE dispatch SET RECOVERY SIMPLE;');
END
GO
IF SUSER_ID(N'dispatch') IS NULL
    CREATE LOGIN dispatch WITH PASSWORD = N'$(DISPATCH_DB_PASSWORD)', DEFAULT_DATABASE = dispatch;
ELSE
    ALTER LOGIN dispatch WITH PASSWORD = N'$(DISPATCH_DB_PASSWORD)';
GO
USE dispatch;
GO
-- The owner of this database alone: hosts make and change their tables at the start of a new version.
IF USER_ID(N'dispatch') IS NULL CREATE USER dispatch FOR LOGIN dispatch;
ALTER ROLE db_owner ADD MEMBER dispatch;
GO
