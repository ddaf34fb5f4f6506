using System.Reflection;

namespace Strava.Testing;

/// <summary>Where the sources and the built services are, as the build noted it.</summary>
public static class Checkout
{
    public static string Root { get; } = Noted("RepositoryRoot");

    /// <summary>The program of a project, such as Strava.Feeds; built with the configuration of the tests.</summary>
    public static string Program(string project)
    {
        var configuration = Noted("Configuration");
        var folder = Path.Combine(Noted("ArtifactsPath"), "bin", project);
#pragma warning disable CA1308 // The artifacts layout names its folders in lower case.
        var path = Path.Combine(folder, configuration.ToLowerInvariant(), $"{project}.dll");
#pragma warning restore CA1308
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException(
                $"{path} is not built. "
                + $"Let the test project reference {project} with ReferenceOutputAssembly=\"false\".");
    }

    private static string Noted(string key)
    {
        return typeof(Checkout).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == key).Value!;
    }
}
