using Microsoft.Extensions.FileProviders;

namespace Sfu.Host.Page;

/// <summary>Serves the pages that the build has put beside the program: the call, and the cluster.</summary>
internal static class PageFiles
{
    private const string Policy =
        "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; media-src 'self' blob: mediastream:; object-src 'none'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    private static readonly string[] s_clusterPage = ["/cluster.html", "/cluster.js", "/cluster.css", "/page.css", "/icon.svg"];

    /// <param name="app">Whose.</param>
    /// <param name="calls">False: the page of the cluster alone.</param>
    public static void UsePages(this WebApplication app, bool calls)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        if (!File.Exists(Path.Combine(folder, "index.html")))
        {
            app.Logger.LogWarning("The page is missing in {Folder}: only signalling is served", folder);
            return;
        }

        var files = new PhysicalFileProvider(folder);
        app.Use((context, next) =>
        {
            if (context.Request.Path == "/cluster")
            {
                context.Request.Path = "/cluster.html";
            }

            return next(context);
        });
        if (calls)
        {
            app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
            Serve(app, files);
        }
        else
        {
            app.UseWhen(context => s_clusterPage.Contains(context.Request.Path.Value), branch => Serve(branch, files));
        }
    }

    private static void Serve(IApplicationBuilder app, PhysicalFileProvider files)
    {
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = context =>
            {
                var headers = context.Context.Response.Headers;
                headers.CacheControl = "no-cache";
                headers.ContentSecurityPolicy = Policy;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";
            },
        });
    }
}
