#!/bin/sh
# Install the system libraries that Qt, OpenGL and a virtual screen need, where apt-get is there
# and this user may use it; otherwise say what is missing. With --browser, Chromium for the tests
# of the Neuroglancer view too (those tests are skipped where there is none).
set -eu

libraries="xvfb xauth libgl1 libegl1 libgl1-mesa-dri libglx-mesa0 libxkbcommon-x11-0 libxcb-cursor0
libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0
libxcb-xinerama0 libdbus-1-3 libfontconfig1 libglib2.0-0"
browser="chromium chromium-driver"

is_installed() {
    # Some releases rename a library to NAMEt64.
    dpkg-query -W -f='${Status}\n' "$1" "$1t64" 2>/dev/null | grep -q '^install ok installed$'
}

missing_of() {
    for package in "$@"; do
        is_installed "$package" || printf '%s ' "$package"
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

may_install() {
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

install() {
    as_root apt-get -qq -o Acquire::Retries=3 install -y --no-install-recommends "$@" >/dev/null
}

[ "$(uname -s)" = Linux ] || exit 0

if ! command -v apt-get >/dev/null; then
    command -v xvfb-run >/dev/null && exit 0
    echo "There is no apt-get here. Please install Xvfb (xvfb-run), Mesa's OpenGL and EGL, and the" \
        "xcb libraries of Qt 6 (xcb-cursor, icccm, image, keysyms, render-util, xkbcommon-x11)." >&2
    exit 0
fi

missing=$(missing_of $libraries)
missing_browser=
if [ "${1:-}" = --browser ] && ! command -v google-chrome >/dev/null; then
    missing_browser=$(missing_of $browser)
fi
[ -n "$missing$missing_browser" ] || exit 0

if ! may_install; then
    echo "Some system libraries are missing and this user may not install them. Please run:" >&2
    echo "    sudo apt-get install $missing$missing_browser" >&2
    exit 0
fi

echo "Installing system libraries: $missing$missing_browser"
as_root apt-get -qq -o Acquire::Retries=3 update
[ -z "$missing" ] || install $missing
[ -z "$missing_browser" ] || install $missing_browser \
    || echo "No Chromium from apt-get; the tests in a browser are skipped." >&2
