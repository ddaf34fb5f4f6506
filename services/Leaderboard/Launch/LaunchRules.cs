namespace Strava.Leaderboards.Launch;

/// <summary>
/// All that <c>Launch</c> says, read at once: where one setting cannot be understood, none of them is to be taken.
/// </summary>
internal sealed record LaunchRules
{
    private readonly Dictionary<(LaunchFeature Feature, LaunchPart Part), LaunchRule> _rules = [];
    private readonly Dictionary<string, HashSet<Guid>> _cohorts = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _faults = [];
    private HashSet<LaunchFeature> _killed = [];

    private LaunchRules()
    {
    }

    /// <summary>Each names a setting and says what is allowed there; none: all is understood.</summary>
    public IReadOnlyList<string> Faults => _faults;

    public static LaunchRules Read(IConfiguration configuration)
    {
        var rules = new LaunchRules();
        var launch = configuration.GetSection("Launch");
        rules._faults.AddRange(LaunchFile.FaultsOf(launch));
        foreach (var cohort in launch.GetSection("Cohorts").GetChildren())
        {
            rules.ReadCohort(cohort);
        }

        foreach (var section in launch.GetChildren())
        {
            if (LaunchFeature.Kinds.FirstOrDefault(known => Is(section, known.Kind)) is { Kind: not null } kind)
            {
                rules.ReadSwitches(section, kind);
            }
            else if (!Is(section, "Cohorts") && !LaunchFile.Has(section))
            {
                rules.Refuse(section, "Cohorts, File, Clubs, Challenges");
            }
        }

        return rules;
    }

    public bool IsKilled(LaunchFeature feature) => _killed.Contains(feature) || _killed.Contains(feature.OfAll);

    /// <summary>The rule in force, a kill heeded; without one of its own that of its kind; without that all.</summary>
    public LaunchRule For(LaunchFeature feature, LaunchPart part) =>
        IsKilled(feature)
            ? LaunchRule.Off
            : _rules.GetValueOrDefault((feature, part))
                ?? _rules.GetValueOrDefault((feature.OfAll, part)) ?? LaunchRule.All;

    /// <summary>Whose ids; each cohort of a rule is one of these.</summary>
    public IReadOnlySet<Guid> Cohort(string name) => _cohorts[name];

    /// <summary>These, and what others want killed.</summary>
    public LaunchRules Killing(LaunchRules others) => this with { _killed = [.. _killed, .. others._killed] };

    private void ReadCohort(IConfigurationSection cohort)
    {
        if (LaunchRule.Parse(cohort.Key) is not { Cohorts: [var name] })
        {
            Refuse(cohort, "a name of letters, digits, - and _");
            return;
        }

        var ids = _cohorts[name] = [];
        foreach (var listed in cohort.GetChildren().Append(cohort))
        {
            foreach (var word in (listed.Value ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
            {
                if (Guid.TryParse(word, out var id))
                {
                    ids.Add(id);
                }
                else
                {
                    Refuse(listed, "ids of athletes");
                }
            }
        }
    }

    private void ReadSwitches(IConfigurationSection section, LaunchFeature feature)
    {
        foreach (var setting in section.GetChildren())
        {
            if (Is(setting, "Kill"))
            {
                ReadKill(setting, feature);
            }
            else if (Is(setting, "One") && feature == LaunchFeature.Challenges)
            {
                ReadEach(setting);
            }
            else if (Enum.GetNames<LaunchPart>().Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            {
                ReadRule(setting, feature);
            }
            else
            {
                Refuse(setting, feature == LaunchFeature.Challenges
                    ? "Writes, Reads, Compare, Kill, One"
                    : "Writes, Reads, Compare, Kill");
            }
        }
    }

    private void ReadEach(IConfigurationSection challenges)
    {
        foreach (var challenge in challenges.GetChildren())
        {
            if (Guid.TryParse(challenge.Key, out var id))
            {
                ReadSwitches(challenge, LaunchFeature.Challenge(id));
            }
            else
            {
                Refuse(challenge, "the id of a challenge");
            }
        }
    }

    private void ReadKill(IConfigurationSection setting, LaunchFeature feature)
    {
        if (setting.Value is null && !setting.GetChildren().Any())
        {
            return;
        }

        var isUnderstood = bool.TryParse(setting.Value, out var kill);
        if (!isUnderstood)
        {
            Refuse(setting, "true, false");
        }

        // Who has tried to write it wanted something to stop.
        if (kill || !isUnderstood)
        {
            _killed.Add(feature);
        }
    }

    private void ReadRule(IConfigurationSection setting, LaunchFeature feature)
    {
        if (LaunchRule.Parse(setting.Value ?? "") is not { } rule)
        {
            Refuse(setting, "off, all, or names of cohorts and one percentage from 0% to 100%, like employees, 10%");
        }
        else if (rule.Cohorts.FirstOrDefault(cohort => !_cohorts.ContainsKey(cohort)) is { } unknown)
        {
            _faults.Add(
                $"{setting.Path} names the cohort \"{unknown}\", which is not listed; "
                    + "allowed: one that Launch:Cohorts lists or, with a %, a percentage.");
        }
        else
        {
            _rules[(feature, Enum.Parse<LaunchPart>(setting.Key, ignoreCase: true))] = rule;
        }
    }

    private void Refuse(IConfigurationSection setting, string allowed) => _faults.Add(
        setting.Value is { } text
            ? $"{setting.Path} is \"{text}\", which cannot be understood; allowed: {allowed}."
            : $"{setting.Path} cannot be understood; allowed: {allowed}.");

    private static bool Is(IConfigurationSection section, string name) =>
        section.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}
