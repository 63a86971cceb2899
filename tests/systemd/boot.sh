#!/usr/bin/env bash
# First process of new namespaces: makes a root of its own from this host's /usr and becomes systemd on it.
# usage: boot.sh ROOT PRODUCT UNITS NODE_DIRECTORY
set -euo pipefail
root=$1 product=$2 units=$3 node_directory=$4

mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$root"
mkdir -p "$root"/{usr,etc/systemd/system,run,var/lib,var/log,var/cache,tmp,proc,sys,dev,root,home,opt/mdops,.host}
chmod 1777 "$root/tmp"
for link in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$link" ]; then ln -s "usr/$link" "$root/$link"; fi
done
mount --bind /usr "$root/usr"
mount -o remount,bind,ro "$root/usr"
# Units find `node` by name: one that lies elsewhere is put where systemd looks.
if [ -n "$node_directory" ]; then mount --bind "$node_directory" "$root/usr/local/bin"; fi

mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"

mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
# PrivateDevices= needs a devpts to bind.
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o mode=755 tmpfs "$root/run"

for name in passwd group shadow nsswitch.conf ld.so.cache alternatives localtime; do
  if [ -e "/etc/$name" ]; then cp -a "/etc/$name" "$root/etc/"; fi
done
tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"

# The product as it is installed on a host: programs, documents, units; then what the test adds or overrides.
cp -r "$product"/{dist,config,runbooks,systemd} "$root/opt/mdops/"
chmod -R a+rX "$root/opt/mdops"
cp "$product"/systemd/*.{service,timer} "$root/etc/systemd/system/"
for kind in sysusers.d tmpfiles.d; do
  mkdir -p "$root/etc/$kind"
  cp "$product/systemd/$kind"/*.conf "$root/etc/$kind/"
done
cp -r "$units"/. "$root/"

# They would change the host's kernel, devices or clock.
for name in sysctl remount-fs tmpfiles-setup-dev modules-load timesyncd journal-flush udevd udev-trigger networkd resolved; do
  ln -sf /dev/null "$root/etc/systemd/system/systemd-$name.service"
done
printf '[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n' >"$root/etc/systemd/system/ready.target"

cd "$root"
pivot_root . .host
umount --lazy /.host
# In a container systemd leaves this to the container's manager; credentials are mounted by a child and must propagate.
mount --make-rshared /
ip link set lo up
exec env --ignore-environment container=mdops-test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin \
  /lib/systemd/systemd --system --unit=ready.target --log-target=journal --show-status=0 </dev/null
