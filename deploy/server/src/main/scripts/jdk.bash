# Finds a JDK that is new enough; to be read by the scripts of this checkout.
# shellcheck shell=bash

readonly java_needed=25

# Succeeds if $1 is the home of a JDK that is new enough. A JDK says its version in the file `release`, which is
# quicker to read than a JVM is to start.
is_new_jdk() {
  [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  local major
  major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ -n "$major" ] && [ "$major" -ge "$java_needed" ]
}

# Prints where JDKs may be, one a line, the most wanted first.
jdk_candidates() {
  printf '%s\n' "${JAVA_HOME:-}"
  local java
  if java=$(command -v java); then
    java=$(readlink -f "$java" 2>/dev/null || printf '%s' "$java")
    dirname "$(dirname "$java")"
  fi
  if [ -x /usr/libexec/java_home ]; then
    /usr/libexec/java_home -v "$java_needed+" 2>/dev/null || true
  fi
  printf '%s\n' /usr/lib/jvm/* /usr/java/* /opt/* /opt/java/* "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home
}

# Prints the home of the first that is new enough, or fails.
find_jdk() {
  local home
  while IFS= read -r home; do
    if is_new_jdk "$home"; then
      printf '%s\n' "$home"
      return 0
    fi
  done < <(jdk_candidates)
  return 1
}
