namespace Strava.LocalLegends.Legends;

internal sealed class LegendOptions
{
    public const string Section = "Legends";

    /// <summary>
    /// False: no legend is shown, and nobody is told of one. The rows are kept up to date all the same, so that it may
    /// be switched on at any time. Read anew whenever the configuration changes.
    /// </summary>
    public bool Enabled { get; set; } = true;
}
