# Sourced by test.sh and bench/run.sh: installs one of Debian's packages where its program is missing.
#   need PACKAGE PROGRAM      the program's name, or its path where it is not on the PATH
need() {
  command -v "$2" >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $1"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$1"; } >/dev/null 2>&1 ||
      echo "$1 could not be installed; what needs it is left out" >&2
  else
    echo "$1 is missing and cannot be installed without root; what needs it is left out" >&2
  fi
}
