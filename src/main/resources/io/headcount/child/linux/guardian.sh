# Ends what a service left that was killed. Run as: sh -c THIS headcount-guardian BOOT START CGROUPS
#   BOOT   the boot of the service: HEADCOUNT_RUN=BOOT.<run> is in the environment of what it started
#   START  when the service started, in clock ticks: nothing that it started is older, its parents are
#   CGROUPS  the folder that has a cgroup for each run; empty if they have none
#
# Standard input is a pipe that only the service can write to. The line "end" is an orderly end;
# end-of-file without it is the service's death. Nothing but builtins, for there may be no room for
# another process. What they say of processes that are gone goes to standard output, /dev/null.
set -f
exec 3>&2 2>&1
trap '' HUP INT QUIT TERM USR1 USR2 PIPE TSTP TTIN TTOU
boot=$1
oldest=$2
cgroups=$3

while IFS= read -r word; do
  [ "$word" = end ] && exit 0
done

# All below reads the process in whose folder of /proc we are. That folder is of one process for ever:
# when that has gone, nothing is in it any more, whoever may have its number then.

# Reads a file. The shell leaves out the zeros between variables.
text() {
  text=
  while IFS= read -r line || [ -n "$line" ]; do
    text="$text $line"
    line=
  done <"$1"
}

# Sets state, flags and start. Its name may hold anything, so look behind the last ")".
identify() {
  text stat || return 1
  set -- ${text##*) }
  [ $# -ge 20 ] || return 1
  state=$1 flags=$7 start=${20}
}

# Sets uid to its real user.
owner() {
  uid=
  while IFS= read -r line; do
    case $line in Uid:*)
      set -- $line
      uid=$2
      return 0
      ;;
    esac
  done <status
  return 1
}

# Whether it has the boot's cookie and is no older than the service.
# 0: yes, 1: no, 2: it has no environment, as for a moment every process that executes a command.
carries() {
  [ -O environ ] && identify && [ "$start" -ge "$oldest" ] || return 1
  case $state in Z | X) return 1 ;; esac
  text environ || return 1
  case $text in
    *"HEADCOUNT_RUN=$boot."*) ;;
    '') [ $((flags & 0x200000)) -ne 0 ] && return 1 || return 2 ;; # kernel threads never have one
    *) return 1 ;;
  esac
}

# Who is in the cgroup of a run ends whatever it has done to its environment, all at once.
empty_cgroups() {
  [ -n "$cgroups" ] || return 0
  set +f
  for each in "$cgroups"/run-*/cgroup.kill; do
    echo 1 >"$each"
  done
  set -f
}

cd /proc/$$ && owner
self=$uid
read -r now _ </proc/uptime
until=$((${now%.*} + 5))
quiet=0 unsure=0 ended=0
while [ $quiet -lt 2 ] && [ "${now%.*}" -le $until ]; do
  found=0 bare=0
  empty_cgroups
  set +f
  set -- /proc/[1-9]*
  set -f
  for process; do
    pid=${process#/proc/}
    [ "$pid" -gt 1 ] && [ "$pid" -ne $$ ] || continue
    cd "$process" || continue
    carries
    case $? in
      0)
        # The last look at the folder, right before the signal: the number is still that process's.
        if owner && [ "$uid" = "$self" ] && [ -O environ ]; then
          kill -9 "$pid" && ended=$((ended + 1))
          found=1
        fi
        ;;
      2) bare=1 ;;
    esac
  done
  if [ $found -eq 1 ]; then
    quiet=0
  elif [ $bare -eq 1 ] && [ $unsure -lt 10 ]; then
    unsure=$((unsure + 1))
  else
    quiet=$((quiet + 1))
  fi
  read -r now _ </proc/uptime
done
echo "event=guardian-swept boot=$boot ended=$ended quiet=$quiet" >&3
