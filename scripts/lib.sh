# shellcheck shell=bash
# What the scripts share. Sourced, never run; it leaves the caller in the project's root with strict settings.

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$ROOT"

# swift-backtrace has been seen to hang a crashed program for minutes and to hold its pipes open.
export SWIFT_BACKTRACE=enable=no

say() { printf '%s\n' "$*" >&2; }

# Ends with one plain line.
fail() {
  say "$(basename "$0"): $*"
  exit 1
}

# Runs a command as root: itself, or through sudo.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    return 127
  fi
}

installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs those of the named Debian packages that are missing.
need_packages() {
  local missing=() package
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    fail "needs Debian 12 (or a system with apt-get); install these by hand: $*"
  fi
  for package in "$@"; do
    installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    fail "these Debian packages are missing, and neither root nor sudo is at hand to install them: ${missing[*]}"
  fi
  say "Installing Debian packages: ${missing[*]}"
  # A fresh image has no lists at all; old lists name versions that the mirror has dropped.
  compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null || apt_get update || true
  apt_get install "${missing[@]}" ||
    { apt_get update && apt_get install "${missing[@]}"; } ||
    fail "apt-get couldn't install: ${missing[*]} (its own words are above)"
}

# The same for servers that must not run by themselves: invoke-rc.d asks /usr/sbin/policy-rc.d, which says no meanwhile.
need_servers() {
  local missing=() package policy=/usr/sbin/policy-rc.d is_ours=no
  for package in "$@"; do
    installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ ! -e "$policy" ] && printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null; then
    is_ours=yes
    as_root chmod 755 "$policy"
  fi
  (need_packages "${missing[@]}") || {
    [ "$is_ours" = no ] || as_root rm -f "$policy"
    exit 1
  }
  [ "$is_ours" = no ] || as_root rm -f "$policy"
  if [ -d /run/systemd/system ]; then
    for package in smbd nmbd samba-ad-dc; do as_root systemctl disable --quiet "$package" 2>/dev/null || true; done
  fi
}

# apt-get waits for another apt-get, asks nothing and says little.
apt_get() {
  local action="$1"
  shift
  local options=(-qq -o DPkg::Lock::Timeout=300)
  [ "$action" = install ] && options+=(-y --no-install-recommends)
  as_root env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" "$action" "$@" </dev/null >&2
}

# The Swift that Package.swift asks for must be on PATH.
need_swift() {
  command -v swift >/dev/null ||
    fail "Swift 6.3 isn't on PATH; see https://www.swift.org/install/linux (then open a new shell)"
  local words version
  words="$(swift --version 2>&1)" || fail "swift doesn't start: $(tail -n 1 <<<"$words")"
  version="$(sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' <<<"$words" | head -n 1)"
  case "$version" in
    6.[2-9] | 6.[1-9][0-9] | [7-9].* | [1-9][0-9].*) ;;
    *) fail "Swift 6.2 or newer is needed; 'swift --version' says ${version:-nothing of it}" ;;
  esac
}

# What building needs, installed where it is missing.
setup_build() { "$ROOT/scripts/setup" build; }
