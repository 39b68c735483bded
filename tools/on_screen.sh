#!/bin/sh
# Run a command that opens windows: on_screen.sh [--virtual] COMMAND...
# On the screen that is there, else under Xvfb. With --virtual always under Xvfb where there is one,
# so that tests do not put windows in front of whoever works on this machine.
set -eu

virtual=no
if [ "$1" = --virtual ]; then
    virtual=yes
    shift
fi

has_screen() {
    [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]
}

if [ "$(uname -s)" = Linux ] && command -v xvfb-run >/dev/null; then
    if [ "$virtual" = yes ] || ! has_screen; then
        # A Wayland session would win over the virtual X screen.
        unset WAYLAND_DISPLAY
        exec env QT_QPA_PLATFORM=xcb xvfb-run -a -s "-screen 0 1600x1200x24" "$@"
    fi
fi
if ! has_screen; then
    echo "There is no screen here and no xvfb-run. Please install Xvfb (apt-get install xvfb)." >&2
    exit 1
fi
exec "$@"
