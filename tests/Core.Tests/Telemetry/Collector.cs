using System.Collections.Concurrent;
using System.Net;
using Strava.Testing;

namespace Strava.Core.Tests.Telemetry;

internal sealed record Span(string Service, string TraceId, string SpanId, string ParentId, string Source, string Name);

/// <summary>An OTLP collector over HTTP that keeps all it gets.</summary>
internal sealed class Collector : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _got = new();

    public Collector()
    {
        Endpoint = new Uri($"http://127.0.0.1:{FreePort.Next()}/");
        _listener.Prefixes.Add(Endpoint.ToString());
        _listener.Start();
        _ = ListenAsync();
    }

    public Uri Endpoint { get; }

    public IEnumerable<byte[]> Bodies => _got.Select(got => got.Body);

    public IReadOnlyList<Span> Spans =>
    [
        .. from request in Got("/v1/traces")
           from resource in request.At(1)
           let service = ServiceOf(resource)
           from scope in resource.At(2)
           let source = scope.At(1).First().Text(1)
           from span in scope.At(2)
           select new Span(service, span.Hex(1), span.Hex(2), span.Hex(4), source, span.Text(5)),
    ];

    /// <summary>service/metric.</summary>
    public IReadOnlySet<string> Metrics =>
        (from request in Got("/v1/metrics")
         from resource in request.At(1)
         let service = ServiceOf(resource)
         from metric in resource.At(2, 2)
         select $"{service}/{metric.Text(1)}").ToHashSet();

    public IReadOnlySet<string> LoggingServices =>
        Got("/v1/logs").SelectMany(request => request.At(1)).Select(ServiceOf).ToHashSet();

    public void Dispose() => _listener.Close();

    private IEnumerable<ProtobufReader> Got(string path) =>
        _got.Where(got => got.Path == path).Select(got => new ProtobufReader(got.Body));

    private static string ServiceOf(ProtobufReader resource) =>
        resource.At(1, 1).Where(attribute => attribute.Text(1) == "service.name")
            .Select(attribute => attribute.At(2).First().Text(1)).Single();

    private async Task ListenAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            _got.Enqueue((context.Request.Url!.AbsolutePath, body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }
}
