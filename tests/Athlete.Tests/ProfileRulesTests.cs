using Strava.Athletes.Profiles;

namespace Strava.Athletes.Tests;

[TestFixture]
internal sealed class ProfileRulesTests
{
    private static readonly Profile Ana =
        new() { Id = Guid.NewGuid(), Version = 3, Name = "Ana", Country = "US", Region = "US-CA" };

    [TestCase("si", "SI")]
    [TestCase(" Us ", "US")]
    [TestCase("", null)]
    [TestCase(null, "US")]
    public void A_country_is_stored_in_capitals(string? given, string? stored) =>
        Assert.That(Apply(new() { Country = given }).Country, Is.EqualTo(stored));

    [TestCase("ny", "US-NY")]
    [TestCase("US-NY", "US-NY")]
    [TestCase("us-ny", "US-NY")]
    [TestCase("", null)]
    [TestCase(null, "US-CA")]
    public void A_region_is_stored_with_its_country(string? given, string? stored) =>
        Assert.That(Apply(new() { Region = given }).Region, Is.EqualTo(stored));

    [Test]
    public void A_region_is_taken_in_the_country_that_comes_with_it() =>
        Assert.That(Apply(new() { Country = "de", Region = "by" }).Region, Is.EqualTo("DE-BY"));

    [Test]
    public void Another_country_takes_the_old_region_away() =>
        Assert.That(Apply(new() { Country = "SI" }).Region, Is.Null);

    [Test]
    public void A_city_is_trimmed_and_a_blank_one_is_none()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Apply(new() { City = "  Škofja Loka " }).City, Is.EqualTo("Škofja Loka"));
            Assert.That(Apply(new() { City = "   " }).City, Is.Null);
        }
    }

    [TestCase("Europe/Ljubljana")]
    [TestCase("America/Argentina/Buenos_Aires")]
    [TestCase("UTC")]
    [TestCase("Etc/GMT+5")]
    public void A_zone_of_the_database_is_taken(string zone) =>
        Assert.That(Apply(new() { TimeZone = zone }).TimeZone, Is.EqualTo(zone));

    [TestCase("Europe/Atlantis")]
    [TestCase("../../../etc/passwd")]
    [TestCase("/usr/share/zoneinfo/UTC")]
    [TestCase("right/UTC")]
    [TestCase("europe/ljubljana")]
    [TestCase("zone.tab")]
    [TestCase("tzdata")]
    [TestCase("Europe")]
    [TestCase("Pacific Standard Time")]
    public void Any_other_zone_is_refused(string zone) => AssertRefused(new() { TimeZone = zone }, "timeZone");

    [TestCase("U")]
    [TestCase("USA")]
    [TestCase("ZZ")]
    [TestCase("1A")]
    public void An_unknown_country_is_refused(string country) => AssertRefused(new() { Country = country }, "country");

    [TestCase("SI-061")]
    [TestCase("US-")]
    [TestCase("US-ABCD")]
    [TestCase("C A")]
    public void A_region_outside_the_country_or_of_another_form_is_refused(string region) =>
        AssertRefused(new() { Region = region }, "region");

    [Test]
    public void A_region_without_any_country_is_refused() =>
        AssertRefused(new() { Country = "", Region = "CA" }, "region");

    [Test]
    public void A_name_is_never_blank_long_or_unseen()
    {
        AssertRefused(new() { Name = " " }, "name");
        AssertRefused(new() { Name = new string('x', 101) }, "name");
        AssertRefused(new() { Name = "a\u0007b" }, "name");
        AssertRefused(new() { City = new string('x', 101) }, "city");
    }

    private static Profile Apply(ProfilePatch patch)
    {
        var (profile, errors) = ProfileRules.Apply(Ana, patch);
        Assert.That(errors, Is.Empty);
        return profile;
    }

    private static void AssertRefused(ProfilePatch patch, string field) =>
        Assert.That(ProfileRules.Apply(Ana, patch).Errors.Keys, Is.EquivalentTo(new[] { field }));
}
