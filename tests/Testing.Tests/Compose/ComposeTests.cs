namespace Strava.Testing.Tests.Compose;

/// <summary>
/// No container engine runs here, so this is what is known of compose.yaml: its names, ports, users and settings are
/// those of make run, which the other tests run.
/// </summary>
internal sealed class ComposeTests
{
    private static readonly string[] Servers = ["postgres", "redis", "rabbitmq"];
    private static readonly ComposeFile Compose = ComposeFile.Read();

    /// <summary>Where a server listens in its own container; a process of ours keeps its port.</summary>
    private static readonly Dictionary<string, int> InnerPorts =
        new() { ["postgres"] = 5432, ["redis"] = 6379, ["rabbitmq"] = 5672 };

    [Test]
    public async Task The_services_are_those_of_make_run_and_what_prepares_them()
    {
        var services = await NativeStack.ServicesAsync();

        string[] expected =
            [.. Servers, "databases", "grants", "gateway", .. services, .. services.Select(name => $"{name}-migrate")];
        Assert.That(Compose.Services.Keys, Is.EquivalentTo(expected));
    }

    [Test]
    public async Task Each_listens_on_loopback_at_the_port_of_make_run()
    {
        var ports = await NativeStack.PortsAsync();
        using (Assert.EnterMultipleScope())
        {
            foreach (var name in Servers.Append("gateway").Concat(await NativeStack.ServicesAsync()))
            {
                var variable = $"STRAVA_PORT_{name.ToUpperInvariant()}";
                var inner = InnerPorts.GetValueOrDefault(name, int.Parse(ports[variable], provider: null));
                var published = $"127.0.0.1:${{{variable}:-{ports[variable]}}}:{inner}";
                Assert.That(Compose.List(name, "ports"), Is.EqualTo(new[] { published }));
            }
        }
    }

    [Test]
    public async Task Each_is_configured_as_by_make_run()
    {
        var ports = await NativeStack.PortsAsync();
        foreach (var name in (await NativeStack.ServicesAsync()).Append("gateway"))
        {
            var native = await NativeStack.SettingsAsync(name, "rw");
            var composed = Compose.Environment(name);

            // For its health check alone.
            Assert.That(composed.Remove("PORT", out var port), name);
            Assert.That(port, Is.EqualTo(ports[$"STRAVA_PORT_{name.ToUpperInvariant()}"]));
            Assert.That(composed, Is.EquivalentTo(Translated(native, name, ports)), name);
            if (name != "gateway")
            {
                var owners = await NativeStack.SettingsAsync(name, "owner");
                var migrating = Compose.Environment($"{name}-migrate");
                Assert.That(migrating, Is.EquivalentTo(Translated(owners, name, ports)), name);
            }
        }
    }

    [Test]
    public async Task Each_is_built_from_its_own_project()
    {
        foreach (var (name, program) in await NativeStack.ProgramsAsync())
        {
            var build = (Dictionary<object, object>)Compose.Service(name)["build"];
            var arguments = (Dictionary<object, object>)build["args"];
            Assert.That(arguments["PROGRAM"], Is.EqualTo(program));
            Assert.That(Path.GetFileNameWithoutExtension((string)arguments["PROJECT"]), Is.EqualTo(program));
            Assert.That(Path.Combine(Checkout.Root, (string)arguments["PROJECT"]), Does.Exist);
            Assert.That(
                Path.GetFullPath((string)build["context"], ComposeFile.Folder),
                Is.EqualTo(Path.TrimEndingDirectorySeparator(Checkout.Root)));
            Assert.That(Path.Combine(Checkout.Root, (string)build["dockerfile"]), Does.Exist);
        }
    }

    [Test]
    public async Task Nothing_serves_before_its_database_is_migrated_and_its_rights_are_set()
    {
        var services = await NativeStack.ServicesAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Condition("databases", "postgres"), Is.EqualTo("service_healthy"));
            foreach (var name in services)
            {
                Assert.That(Condition($"{name}-migrate", "databases"), Is.EqualTo("service_completed_successfully"));
                Assert.That(Compose.List($"{name}-migrate", "command"), Is.EqualTo(new[] { "--migrate" }));
                Assert.That(Compose.Service($"{name}-migrate")["image"], Is.EqualTo(Compose.Service(name)["image"]));
                Assert.That(Compose.Service($"{name}-migrate")["build"], Is.EqualTo(Compose.Service(name)["build"]));
                Assert.That(Condition("grants", $"{name}-migrate"), Is.EqualTo("service_completed_successfully"));
                Assert.That(Condition(name, "grants"), Is.EqualTo("service_completed_successfully"));
                Assert.That(Condition(name, "rabbitmq"), Is.EqualTo("service_healthy"));
            }
        }
    }

    [Test]
    public async Task What_runs_on_has_a_health_check_and_ours_no_rights()
    {
        foreach (var name in Servers.Append("gateway").Concat(await NativeStack.ServicesAsync()))
        {
            var service = Compose.Service(name);
            Assert.That(service, Contains.Key("healthcheck"), name);
            Assert.That(service["restart"], Is.EqualTo("unless-stopped"), name);
            if (!Servers.Contains(name))
            {
                Assert.That(service["read_only"], Is.EqualTo("true"), name);
                Assert.That(Compose.List(name, "cap_drop"), Is.EqualTo(new[] { "ALL" }), name);
            }
        }
    }

    [Test]
    public void What_is_mounted_is_there()
    {
        foreach (var name in Compose.Services.Keys.Cast<string>())
        {
            foreach (var mount in Compose.List(name, "volumes").Where(mount => mount.StartsWith('.')))
            {
                Assert.That(Path.GetFullPath(mount.Split(':')[0], ComposeFile.Folder), Does.Exist);
                Assert.That(mount, Does.EndWith(":ro"));
            }
        }
    }

    private static object Condition(string service, string needed) =>
        ((Dictionary<object, object>)Compose.Dependencies(service)[needed])["condition"];

    /// <summary>The differences that there are: addresses, and where the gateway keeps its key.</summary>
    private static Dictionary<string, string> Translated(
        Dictionary<string, string> native, string name, Dictionary<string, string> ports)
    {
        var translated = native.ToDictionary(setting => setting.Key, setting => ToContainers(setting.Value, ports));
        translated["ASPNETCORE_URLS"] = $"http://+:{ports[$"STRAVA_PORT_{name.ToUpperInvariant()}"]}";
        translated["Authentication__Authority"] = "http://gateway:8080";
        // A container's other ports are its own, whatever they listen on.
        translated.Remove("Management__Address");
        if (name == "gateway")
        {
            translated["DevelopmentIssuer__KeyFile"] = "/state/development-issuer.pem";
        }

        return translated;
    }

    private static string ToContainers(string value, Dictionary<string, string> ports)
    {
        foreach (var (variable, port) in ports)
        {
#pragma warning disable CA1308 // Services are named in lower case.
            var name = variable["STRAVA_PORT_".Length..].ToLowerInvariant().Split('_')[0];
#pragma warning restore CA1308
            var inner = InnerPorts.TryGetValue(name, out var other) ? $"{other}" : port;
            value = value
                .Replace($"Host=127.0.0.1;Port={port};", $"Host={name};Port={inner};", StringComparison.Ordinal)
                .Replace($"127.0.0.1:{port}", $"{name}:{inner}", StringComparison.Ordinal);
        }

        return value;
    }
}
