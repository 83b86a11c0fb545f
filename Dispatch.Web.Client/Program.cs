using Dispatch.Web.Client;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Live;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;

var builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.Services.AddDashboard();
builder.Services.AddAuthorizationCore();
builder.Services.AddCascadingAuthenticationState();
builder.Services.AddAuthenticationStateDeserialization();
builder.Services.AddScoped(_ => new HttpClient { BaseAddress = new Uri(builder.HostEnvironment.BaseAddress) });
builder.Services.AddScoped<IDispatchApi, DispatchClient>();
builder.Services.AddScoped<ILiveFeed, HubLiveFeed>();
await builder.Build().RunAsync();
