using Sfu.Host.Composition;
using Sfu.Host.Options;

try
{
    return await new CommandLine().RunAsync(args, NodeProgram.RunAsync);
}
catch (StartException e)
{
    await Console.Error.WriteLineAsync($"sfu: {e.Message}");
    return 1;
}
