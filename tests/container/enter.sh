#!/usr/bin/env bash
# The inside of a container, for container.py. Usage, as root in mount and PID namespaces of its own:
#   enter.sh ROOT DATA SECRETS COMMAND...
# ROOT becomes read-only; DATA is /data, SECRETS is /run/secrets, /tmp is fresh, /dev has what each engine gives.
# All that is mounted goes with the namespace.
set -euo pipefail

root=$1 data=$2 secrets=$3
shift 3

mount --bind "$root" "$root"
mount --bind "$data" "$root/data"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/tmp"
mount -t tmpfs -o mode=0755,nosuid tmpfs "$root/dev"
for device in null zero full random urandom; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs "$root/run"
mkdir "$root/run/secrets"
mount --bind "$secrets" "$root/run/secrets"
for path in "" /dev /run /run/secrets; do
  mount -o remount,bind,ro "$root$path"
done
exec chroot "$root" "$@"
