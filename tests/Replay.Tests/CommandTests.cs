using Strava.Contracts.Sports;
using Strava.Replay.CommandLine;

namespace Strava.Replay.Tests;

internal sealed class CommandTests
{
    private static readonly Uri Default = new("http://localhost:8080");

    private static Command Parse(string line) => Command.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [TestCase("")]
    [TestCase("--help")]
    [TestCase("-h")]
    [TestCase("demo --help")]
    [TestCase("import --file x.gpx --help")]
    public void Help_is_shown_when_asked_for_or_when_nothing_is_asked(string line)
    {
        Assert.That(Parse(line), Is.InstanceOf<Command.ShowHelp>());
    }

    [Test]
    public void The_demo_takes_a_gateway_or_the_usual_one()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Parse("demo"), Is.EqualTo(new Command.RunDemo(Default)));
            Assert.That(Parse("demo --gateway http://h:9"), Is.EqualTo(new Command.RunDemo(new Uri("http://h:9"))));
            Assert.That(Parse("demo --gateway=http://h:9"), Is.EqualTo(new Command.RunDemo(new Uri("http://h:9"))));
        }
    }

    [TestCase("import --file x.gpx --as demo", null)]
    [TestCase("import x.gpx --as demo", null)]
    [TestCase("import --as demo --type RIDE --file=x.gpx", Sport.Ride)]
    [TestCase("import --as demo --type run x.gpx", Sport.Run)]
    public void An_import_names_file_athlete_and_perhaps_sport(string line, Sport? type)
    {
        Assert.That(Parse(line), Is.EqualTo(new Command.ImportFile(Default, "x.gpx", "demo", type)));
    }

    [TestCase("fly", "There is no command fly: use demo or import.")]
    [TestCase("demo now", "now has no meaning here.")]
    [TestCase("demo --speed 3", "There is no option --speed here: there are --gateway.")]
    [TestCase("demo --gateway", "A value is missing after --gateway.")]
    [TestCase(
        "demo --gateway localhost:8080",
        "localhost:8080 is no address of a gateway: give one like http://localhost:8080.")]
    [TestCase("demo --gateway /tmp", "/tmp is no address of a gateway: give one like http://localhost:8080.")]
    [TestCase("import --as demo", "Name the file to import: --file ride.gpx.")]
    [TestCase("import x.gpx", "Say whose activity it becomes: --as demo.")]
    [TestCase("import x.gpx --as demo --type SWIM", "SWIM is no sport: use RIDE or RUN.")]
    [TestCase("import x.gpx y.gpx --as demo", "--file is given twice.")]
    public void A_mistake_is_told_in_a_sentence(string line, string sentence)
    {
        Assert.That(Parse(line), Is.EqualTo(new Command.Mistake(sentence)));
    }
}
