using System.Text;

namespace Sfu.Host.Options;

/// <summary>Writes HOCON values.</summary>
internal static class Hocon
{
    public static string Quote(string value)
    {
        var quoted = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            if (c is '"' or '\\')
            {
                quoted.Append('\\').Append(c);
            }
            else if (!char.IsControl(c))
            {
                quoted.Append(c);
            }
        }

        return quoted.Append('"').ToString();
    }
}
