using System.Collections.Frozen;

namespace Dispatch.Data;

/// <summary>
/// SQL Server's errors that mean "not now". Most of them have a severity of 14 or 16, as a wrong statement has, so only the number tells.
/// EF's own detector knows more of them; <see cref="DatabaseFaults"/> asks it as well.
/// </summary>
internal static class SqlServerErrors
{
    private static readonly FrozenSet<int> NotNow = FrozenSet.Create(
    [
        -2, -1,                                         // the driver: time-out, no connection
        2, 20, 53, 64, 121, 233, 258,                   // the connection could not be made, or broke
        10053, 10054, 10060, 10061, 11001,              // the same as sockets say it
        1105, 9002, 3906,                               // file full, log full, read-only
        1204, 1222,                                     // no memory for a lock, lock time-out
        701, 802, 8645, 8651,                           // no memory for the query
        4060, 4221, 18456,                              // the database or the login is not ready: starting or failing over
        921, 922, 923, 924, 926, 927, 941, 942, 952,    // the database is recovering, restoring, offline or changing
        976, 978, 979, 982, 983, 988,                   // availability group: this replica is not, or not yet, the primary
        5901, 6005, 17142, 17147, 17148,                // the server is paused or shutting down
        17187, 17188, 17189, 17197, 17809,              // the server is starting, has too many connections, or answers the login too late
        18401, 18451, 18461,                            // logins are refused: upgrade, shutdown, single user
        596, 6002,                                      // the session was killed
        10922, 10928, 10929, 10930, 10936,              // Azure: the limit of a resource is reached
        40143, 40197, 40501, 40540, 40544,              // Azure: error of the service, busy, moved, size quota reached
        40549, 40550, 40551, 40552, 40553,              // Azure: the session was ended because it took too much
        40613, 40642, 40648, 40671, 40675,              // Azure: database not available, server too busy
        42108, 42109, 49510, 49918, 49919, 49920,       // Azure: waking up, reconfiguring, too many operations
    ]);

    public static bool IsNotNow(int number) => NotNow.Contains(number);
}
