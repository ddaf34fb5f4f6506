using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Strava.ServiceDefaults.Auth;

/// <summary>Data protection keys that die with the process. Nothing lasting is ever protected with them.</summary>
internal sealed class ForgottenKeys : IXmlRepository
{
    private readonly ConcurrentQueue<XElement> _keys = new();

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        return [.. _keys];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        _keys.Enqueue(element);
    }
}
