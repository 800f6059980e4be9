#!/bin/bash
# Runs a command on a host of another kind: a virtual machine with Debian's kernel, whose cgroups are version 2
# with all controllers, as systemd hands them on. This machine's own files are its root, read-only; /tmp, /var/tmp
# and /run are its own. For root and for a user (uid 65534) to whom a cgroup was delegated.
#
#     Scripts/vm.sh [--append KERNEL-ARGUMENTS] [--user] COMMAND...
#
# Needs qemu-system-x86, busybox-static and cpio; OCISANDBOX_VM_KVM=1 uses /dev/kvm. The kernel is fetched with
# apt-get once. `--append lsm=yama` is a kernel without Landlock; `--append cgroup_disable=memory,pids` one whose cgroups
# bound nothing.
set -euo pipefail
append="" user=""
while [ $# -gt 0 ]; do
  case $1 in
    --append) append=$2; shift 2 ;;
    --user) user=yes; shift ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 64; }
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ocisandbox-vm
mkdir -p "$cache"
if [ ! -d "$cache/kernel" ]; then
  (cd "$cache" && rm -f ./*.deb && apt-get download "$(apt-cache depends linux-image-amd64 | awk '/Depends/ {print $2; exit}')" >&2 &&
    dpkg-deb -x ./linux-image-*.deb kernel.part && mv kernel.part kernel && rm -f ./*.deb)
fi
version=$(ls "$cache/kernel/lib/modules")
modules=$cache/kernel/lib/modules/$version/kernel
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,modules,proc,sys,host}
cp "$(command -v busybox)" "$root/bin/busybox"
for module in drivers/virtio/{virtio,virtio_ring,virtio_pci_legacy_dev,virtio_pci_modern_dev,virtio_pci} \
  fs/fscache/fscache fs/netfs/netfs net/9p/9pnet net/9p/9pnet_virtio fs/9p/9p; do
  cp "$modules/$module.ko" "$root/modules/"
done
printf '%q ' "$@" >"$root/command"
cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci netfs fscache 9pnet 9pnet_virtio 9p; do
  insmod /modules/$module.ko || poweroff -f
done
mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=loose,ro host /host || poweroff -f
mkdir -p /cover
for folder in /tmp /var/tmp /run; do mount -t tmpfs -o mode=1777 tmpfs /host$folder; done
mount -t proc proc /host/proc; mount -t sysfs sysfs /host/sys; mount -t devtmpfs dev /host/dev
mkdir -p /host/dev/shm /host/dev/pts; mount -t tmpfs -o mode=1777 tmpfs /host/dev/shm
mount -t devpts devpts /host/dev/pts
mount -t cgroup2 cgroup2 /host/sys/fs/cgroup
ip link set lo up
# As systemd: its own services in one subtree, that of a user in another, delegated with its files.
cd /host/sys/fs/cgroup
echo '+memory +pids +cpu' >cgroup.subtree_control 2>/dev/null || true
mkdir -p system.slice/run.service user.slice/user-65534.slice/session.scope
for folder in system.slice user.slice user.slice/user-65534.slice; do
  echo '+memory +pids' >$folder/cgroup.subtree_control 2>/dev/null || true
done
delegated=user.slice/user-65534.slice
chown 65534:65534 $delegated $delegated/cgroup.procs $delegated/cgroup.subtree_control $delegated/cgroup.threads \
  $delegated/session.scope $delegated/session.scope/cgroup.procs
cp /command /environment /as-user /folder /host/run/ 2>/dev/null
if [ -e /as-user ]; then
  echo $$ >$delegated/session.scope/cgroup.procs
  drop="setpriv --reuid=65534 --regid=65534 --clear-groups"
else
  echo $$ >system.slice/run.service/cgroup.procs
  drop=""
fi
# Not chroot(8): in one no user namespace can be made.
cat >/host/run/begin <<BEGIN
set -a; . /run/environment; set +a
export HOME=/tmp
cd "\$(cat /run/folder)"
$drop bash -c "\$(cat /run/command)" </dev/null 2>&1
echo "exit status \$?"
echo o >/proc/sysrq-trigger
sleep 60
BEGIN
cd /
exec switch_root /host /bin/bash /run/begin
INIT
chmod 755 "$root/init"
echo "PATH=$(printf %q "$PATH")" >"$root/environment"
pwd >"$root/folder"
[ -z "$user" ] || touch "$root/as-user"
(cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) >"$root.initrd"
trap 'rm -rf "$root" "$root.initrd" "$root.log"' EXIT
# Not every machine that has /dev/kvm lets a guest of its own begin.
accelerate=(-accel tcg -cpu max)
[ -z "${OCISANDBOX_VM_KVM:-}" ] || accelerate=(-accel kvm -cpu host)
qemu-system-x86_64 "${accelerate[@]}" -smp 2 -m 4096 -nographic -no-reboot \
  -kernel "$cache/kernel/boot/vmlinuz-$version" -initrd "$root.initrd" \
  -append "console=ttyS0 quiet panic=-1 systemd.unified_cgroup_hierarchy=1 $append" \
  -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap </dev/null |
  tr -d '\r' | tee "$root.log"
grep -q '^exit status 0$' "$root.log"
