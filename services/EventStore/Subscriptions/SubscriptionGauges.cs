using Microsoft.AspNetCore.Builder;
using Strava.Core.Diagnostics;

namespace Strava.EventStore.Subscriptions;

public static class SubscriptionGauges
{
    /// <summary>
    /// How far a subscription is behind, by its stored checkpoint: true also when nobody runs it. Counts no further
    /// than 10,000 events; the seconds tell the rest.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="name">A constant of ours: it becomes part of the query.</param>
    public static WebApplicationBuilder AddSubscriptionGauges(this WebApplicationBuilder builder, string name)
    {
        var checkpoint = $"SELECT coalesce(max(last_seq_id), 0) FROM mt_event_progression WHERE name = '{name}:All'";
        var ahead = $"FROM (SELECT timestamp FROM mt_events WHERE seq_id > ({checkpoint}) ORDER BY seq_id LIMIT 10000) AS e";
        return builder.AddStateGauges(
            new($"strava.{name}.checkpoint", "{event}", "Every event up to this number has been dealt with", checkpoint),
            new($"strava.{name}.lag.events", "{event}", "Events not yet dealt with; 10000 means at least so many", $"SELECT count(*) {ahead}"),
            new(
                $"strava.{name}.lag.seconds",
                "s",
                "Age of the oldest event not yet dealt with",
                $"SELECT coalesce(extract(epoch FROM clock_timestamp() - min(timestamp)), 0)::float8 {ahead}"));
    }
}
