# Ends what a service left that was killed. Run as: sh -c THIS headcount-guardian BOOT FIRST LAST CGROUPS
#   BOOT   the boot of the service
#   FIRST, LAST  the marks of what it started: the soft limit of file locks, which is inherited, and
#          which nobody has who only was given its environment
#   CGROUPS  the folder that has a cgroup for each run; empty if they have none
#
# Standard input is a pipe that only the service can write to. The line "end" is an orderly end;
# end-of-file without it is the service's death. Nothing but builtins, for there may be no room for
# another process. What they say of processes that are gone goes to standard output, /dev/null.
set -f
exec 3>&2 2>&1
trap '' HUP INT QUIT TERM USR1 USR2 PIPE TSTP TTIN TTOU
boot=$1
first=$2
last=$3
cgroups=$4

while IFS= read -r word; do
  [ "$word" = end ] && exit 0
done

# All below reads the process in whose folder of /proc we are. That folder is of one process for ever:
# when that has gone, nothing is in it any more, whoever may have its number then.

# Sets state and uid, its real user. Reads no further than it must, for a shell reads byte by byte.
identify() {
  state= uid=
  while read -r key value _; do
    case $key in
      State:) state=$value ;;
      Uid:)
        uid=$value
        return 0
        ;;
    esac
  done <status
  return 1
}

# Whether it is dead. One whose first thread alone has ended looks so, but has others.
dead() {
  case $state in Z | X) ;; *) return 1 ;; esac
  while read -r key value _; do
    [ "$key" = Threads: ] && [ "$value" -gt 1 ] && return 1
  done <status
  return 0
}

# Whether it has a mark of the service's.
marked() {
  while read -r key more kind soft _; do
    case "$key $more $kind" in "Max file locks")
      case $soft in *[!0-9]*) return 1 ;; esac
      [ "$soft" -gt 0 ] && [ "$soft" -ge "$first" ] && [ "$soft" -le "$last" ]
      return
      ;;
    esac
  done <limits
  return 1
}

# Who is in the cgroup of a run ends whatever it has done to its mark, all at once.
empty_cgroups() {
  [ -n "$cgroups" ] || return 0
  set +f
  for each in "$cgroups"/run-*/cgroup.kill; do
    echo 1 >"$each"
  done
  set -f
}

cd /proc/$$ && identify
self=$uid
read -r now _ </proc/uptime
until=$((${now%.*} + 5))
quiet=0 ended=0
while [ $quiet -lt 2 ] && [ "${now%.*}" -le $until ]; do
  found=0
  empty_cgroups
  set +f
  set -- /proc/[1-9]*
  set -f
  for process; do
    pid=${process#/proc/}
    [ "$pid" -gt 1 ] && [ "$pid" -ne $$ ] || continue
    cd "$process" || continue
    identify && [ "$uid" = "$self" ] && ! dead && marked || continue
    # The last look at the folder, right before the signal: the number is still that process's.
    if [ -e limits ]; then
      kill -9 "$pid" && ended=$((ended + 1))
      found=1
    fi
  done
  if [ $found -eq 1 ]; then
    quiet=0
  else
    quiet=$((quiet + 1))
  fi
  read -r now _ </proc/uptime
done
echo "event=guardian-swept boot=$boot ended=$ended quiet=$quiet" >&3
