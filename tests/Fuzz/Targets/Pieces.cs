namespace Strava.Fuzz.Targets;

/// <summary>A body as a network brings it: some bytes at a time.</summary>
internal sealed class Pieces(ReadOnlyMemory<byte> bytes, int most) : MemoryStream(bytes.ToArray())
{
    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, most)]);

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, most));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
}
