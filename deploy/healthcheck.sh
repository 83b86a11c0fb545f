#!/bin/bash
# Ends with 0 when the host in this container is ready. The image has no curl and no wget; bash itself can open a connection.
# It asks for "localhost", which AllowedHosts must therefore contain, on the first of ASPNETCORE_HTTP_PORTS.
set -eu
ports=${ASPNETCORE_HTTP_PORTS:-8080}
exec 3<>"/dev/tcp/127.0.0.1/${ports%%;*}"
printf 'GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r _ status _ <&3
[ "$status" = 200 ] || { echo "/health/ready answered $status"; exit 1; }
