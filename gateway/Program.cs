using Strava.Gateway;
using Strava.Gateway.Browsers;
using Strava.Gateway.Development;
using Strava.Gateway.Docs;
using Strava.Gateway.Limits;
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
builder.AddConnectionLimits();     // sizes, times and numbers, by option
builder.AddRateLimits();           // how often an address and an athlete may ask
builder.AddOwnHosts();             // under which names it is called
builder.AddTrustedProxies();       // whose word about the caller's address counts
builder.AddCrossOrigin();          // which web sites may call us from a browser
builder.AddServiceRoutes();        // which path belongs to which service: appsettings.json
builder.AddDevelopmentIssuer();    // hands out demo tokens; Development only

var app = builder.Build();

app.ThrowIfMisconfigured();        // all faults at once, before the lines below look
app.UseTrustedProxies();
app.UseUntrustedHeaderRemoval();   // nothing below may read what a caller pretends
app.UseSecurityHeaders();
app.UseExceptionHandler();         // for the lines up to the service defaults, which bring their own
app.UseOwnHosts();
app.UseRefusals();                 // TRACE, CONNECT, Upgrade
app.UseCrossOrigin();
app.UseRateLimits();
app.UseServiceDefaults(decompressRequests: false);

app.MapWelcome();
app.MapDocs();                     // the API's documents on one page; not in Production
app.MapDevelopmentIssuer();
app.MapServiceRoutes();

await app.RunAsync();
