using Dispatch;
using Dispatch.Data;
using Dispatch.Jobs;
using Dispatch.Web.Accounts;
using Dispatch.Web.Api;
using Dispatch.Web.Components;
using Hangfire;
using Hangfire.InMemory;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

var builder = WebApplication.CreateBuilder(args);
var services = builder.Services;

var database = builder.Configuration.GetSection("Database").Get<DatabaseOptions>() ?? new DatabaseOptions();
services.AddSingleton(TimeProvider.System).AddSingleton(new DispatchOptions()).AddSingleton(new DeliveryOptions()).AddSingleton(database);
services.AddDispatchDatabase(database, builder.Environment.ContentRootPath);
services.AddDataProtection().PersistKeysToDbContext<DispatchDbContext>();
services.AddSingleton<JobDesk>().AddSingleton(new TargetCheck(_ => null));
services.AddSingleton(builder.Configuration.GetSection("RateLimits").Get<RateLimitOptions>() ?? new RateLimitOptions());
services.AddDispatchAccounts().AddDispatchApi().AddDispatchPages();
services.AddSingleton<JobStorage>(_ => new InMemoryStorage());

var app = builder.Build();
await using (var db = await app.Services.GetRequiredService<IDbContextFactory<DispatchDbContext>>().CreateDbContextAsync())
{
    await db.Database.EnsureCreatedAsync();
}

app.UseEnvelopeErrors();
app.UseDispatchPages();
app.UseAuthentication();
app.UseAuthorization();
app.UseAntiforgery();
app.MapDispatchApi();
app.MapDispatchPages();
await app.RunAsync();
