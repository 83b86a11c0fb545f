using Dispatch.Settings;
using Dispatch.Web;
using Dispatch.Web.Copying;
using Microsoft.AspNetCore.Connections;

try
{
    if (MigrateData.IsMeant(args)) return await MigrateData.RunAsync(args);
    await using var app = await DispatchHost.CreateAsync(args);
    await app.RunAsync();
    return 0;
}
catch (StartupException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
catch (IOException exception) when (exception.InnerException is AddressInUseException)
{
    await Console.Error.WriteLineAsync($"{exception.Message} Choose another with --urls or ASPNETCORE_URLS.");
    return 1;
}
