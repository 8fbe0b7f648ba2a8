# Chooses the options of the JVM; to be read by the scripts that start the program.
# shellcheck shell=bash

# Sets `flags` for a distribution, $1, and the command that follows: those that run long get the whole compiler, the
# others start quickly.
choose_flags() {
  local dist=$1 kind=command word
  shift
  for word in "$@"; do
    case $word in
      server | controller | dev | demo | bench) kind=server ;;
    esac
  done
  flags=("@$dist/conf/$kind.jvm")
  if [ "$kind" = command ]; then
    flags+=(-Dostraka.log.level="${OSTRAKA_LOG_LEVEL:-error}")
  fi
}
