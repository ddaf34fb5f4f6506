using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Strava.Oracle;

// Strava.Oracle check POSTGRES BROKER REDIS GATEWAY [SECONDS]
//   POSTGRES  connection string without a database; each service's own is strava_<service>
//   BROKER    amqp://user:password@host:port/   REDIS host:port,password=...   GATEWAY http://host:port
if (args is not ["check", var postgres, var broker, var redis, var gateway, ..])
{
    Console.Error.WriteLine("Strava.Oracle check POSTGRES BROKER REDIS GATEWAY [SECONDS]");
    return 2;
}

var door = new Uri(gateway);
using var http = new HttpClient { BaseAddress = door, Timeout = TimeSpan.FromSeconds(10) };
string[] services = ["activity", "athlete", "feed", "leaderboard", "locallegend"];
var targets = new Targets
{
    Databases = services.ToDictionary(service => service, service => $"{postgres};Database=strava_{service}"),
    Broker = new Uri(broker),
    Redis = redis,
    Gateway = door,
    Token = TokenAsync,
};
var patience = args.Length > 5 ? int.Parse(args[5], CultureInfo.InvariantCulture) : 30;
var comparison = await new Checker(targets, TimeProvider.System).CheckAsync(TimeSpan.FromSeconds(patience));
Console.WriteLine(comparison);
return comparison.Holds ? 0 : 1;

// Only for athletes whose name gives their id: asking for anyone else would make a new athlete, and a check changes
// nothing.
async Task<string?> TokenAsync(Athlete athlete)
{
    if (DevelopmentAthlete.IdOf(athlete.Name) != athlete.Id)
    {
        return null;
    }

    using var answer = await http.PostAsJsonAsync("/dev/token", new { athlete = athlete.Name });
    return answer.IsSuccessStatusCode
        ? (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()
        : null;
}
