using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dispatch.Tests.Infrastructure;

/// <summary>
/// One logger factory for every host of the test process. Hangfire keeps the factory of the host that was built last in a static; were it
/// that host's own, it would be disposed under the feet of the hosts that still run or follow.
/// </summary>
internal static class TestLogs
{
    private static readonly ILoggerFactory Factory = LoggerFactory.Create(logging => logging
        .SetMinimumLevel(LogLevel.Warning)
        .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
        // Tests provoke these, and look at the answers.
        .AddFilter("Dispatch.Web.Api", LogLevel.None)
        .AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None)
        .AddSimpleConsole());

    // An instance that the container did not make is not disposed with it.
    public static void Use(IServiceCollection services) => services.AddSingleton(Factory);
}
