using Dispatch.Data;
using Dispatch.Web;

try
{
    await using var app = await DispatchHost.CreateAsync(args);
    await app.RunAsync();
    return 0;
}
catch (StartupException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
