# One Dispatch host: http on 8080, SQLite in /data unless Database__Provider says otherwise.
#   docker build -t dispatch .
#   docker run -d --name dispatch -p 5080:8080 -v dispatch-data:/data --stop-timeout 45 dispatch
# Several hosts on one database: compose.yaml (SQL Server), compose.postgres.yaml (PostgreSQL).

# Built on the machine's own processor, compiled ahead for the one that the image is for (`docker build --platform`).
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /src

# What restoring needs and nothing else, so that packages are fetched again only when one of these files has changed.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY Dispatch.Core/Dispatch.Core.csproj Dispatch.Core/
COPY Dispatch.Web.Client/Dispatch.Web.Client.csproj Dispatch.Web.Client/
COPY Dispatch.Web/Dispatch.Web.csproj Dispatch.Web/
# Whether the package with blazor.web.js is needed is otherwise judged by the .razor files, which are not here yet; the pages would be dead.
# _IsPublishing is what `dotnet publish` sets: with it the compiler is fetched here as well.
RUN dotnet restore Dispatch.Web -a $TARGETARCH -p:_IsPublishing=true -p:RequiresAspNetWebAssets=true

COPY . .
# No apphost: the image starts the DLL.
RUN dotnet publish Dispatch.Web -c Release -a $TARGETARCH --no-restore -p:UseAppHost=false -o /app \
    && test -s /app/wwwroot/_framework/blazor.web.js

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
COPY --chmod=755 deploy/healthcheck.sh /usr/local/bin/healthcheck

# The user `app` ($APP_UID) is the base image's. A named volume takes over the owner of the folder it is laid on; a bind mount does not: there,
# `chown 1654` the folder on the machine.
RUN install -d -o $APP_UID -g $APP_UID -m 700 /data
USER $APP_UID
VOLUME /data

ENV ASPNETCORE_HTTP_PORTS=8080 \
    Database__ConnectionString="Data Source=/data/dispatch.db"
EXPOSE 8080

# SIGTERM ends a host in order: up to 30 s for what is on the wire. Docker kills after 10 s unless told otherwise: `--stop-timeout 45`, or
# compose's `stop_grace_period`. The exec form makes the host process 1, so that the signal reaches it and not a shell.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=10s --start-period=60s CMD ["healthcheck"]
ENTRYPOINT ["dotnet", "Dispatch.Web.dll"]
