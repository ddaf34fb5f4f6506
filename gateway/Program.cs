using Strava.Gateway;
using Strava.Gateway.Development;
using Strava.Gateway.Proxy;
using Strava.ServiceDefaults;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,

    // The routes lie beside the program: it finds them from whatever folder it is started in.
    ContentRootPath = AppContext.BaseDirectory,
});

if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null)
{
    // Here and not in appsettings.json, where it would win over ASPNETCORE_URLS.
    builder.WebHost.UseUrls("http://localhost:8080");
}

builder.AddServiceDefaults();      // tokens, health, problem details, limits
builder.AddServiceRoutes();        // which path belongs to which service: appsettings.json
builder.AddDevelopmentIssuer();    // hands out demo tokens; Development only

var app = builder.Build();

app.UseUntrustedHeaderRemoval();   // first: nothing below may read what a caller pretends
app.UseServiceDefaults(decompressRequests: false);

app.MapWelcome();
app.MapDevelopmentIssuer();
app.MapServiceRoutes();

await app.RunAsync();
