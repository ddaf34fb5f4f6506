using System.Text;

namespace Strava.Core.Tests.Telemetry;

/// <summary>As much of the protobuf wire format as OTLP needs: fields of a message by number.</summary>
internal readonly struct ProtobufReader(ReadOnlyMemory<byte> message)
{
    /// <summary>The length-delimited fields of that number: messages, strings, bytes.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Fields(int number)
    {
        var rest = message;
        while (!rest.IsEmpty)
        {
            var tag = Varint(ref rest);
            switch (tag & 7)
            {
                case 0:
                    Varint(ref rest);
                    break;
                case 1:
                    rest = rest[8..];
                    break;
                case 2:
                    var length = (int)Varint(ref rest);
                    if (tag >> 3 == (ulong)number)
                    {
                        yield return rest[..length];
                    }

                    rest = rest[length..];
                    break;
                case 5:
                    rest = rest[4..];
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7}.");
            }
        }
    }

    /// <summary>All messages at the end of a path of field numbers.</summary>
    public IEnumerable<ProtobufReader> At(params int[] path)
    {
        IEnumerable<ProtobufReader> found = [this];
        foreach (var number in path)
        {
            found = found.SelectMany(one => one.Fields(number)).Select(bytes => new ProtobufReader(bytes));
        }

        return found;
    }

    public string Text(int number) => Encoding.UTF8.GetString(Fields(number).FirstOrDefault().Span);

    public string Hex(int number) => Convert.ToHexStringLower(Fields(number).FirstOrDefault().Span);

    private static ulong Varint(ref ReadOnlyMemory<byte> rest)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = rest.Span[0];
            rest = rest[1..];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }
}
