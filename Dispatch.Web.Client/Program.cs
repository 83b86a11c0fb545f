using Microsoft.AspNetCore.Components.WebAssembly.Hosting;

// The dashboard's browser part. Its pages come with the dashboard; until then it carries the API's contracts.
await WebAssemblyHostBuilder.CreateDefault(args).Build().RunAsync();
