#!/bin/sh
# Sets up what `make demo` and `make test` need on a bare Debian or Ubuntu machine.
#
#   setup.sh python    the virtual environment, exactly as requirements-dev.lock pins it
#   setup.sh system    the programs that some tests use: installed where that is possible (root and
#                      apt-get), else named together with the tests that will be skipped without them
#   setup.sh swift     a real S3 server for the storage tests (OpenStack Swift), in an environment of its own
#   setup.sh webarchive  what judges exports in the tests (pywb, py-wacz, bagit-python), likewise
set -eu
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}
VENV=${VENV:-.venv}
PATH=$PATH:/usr/sbin:/sbin # ldconfig, where a user's PATH lacks it

say() { printf 'setup: %s\n' "$*" >&2; }

can_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

apt_install() { # apt_install PACKAGE...: true if all of them are there afterwards
    can_apt || return 1
    if [ ! -e /tmp/.gongkai-apt-updated ]; then
        apt-get update -qq >&2 && touch /tmp/.gongkai-apt-updated
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

require_python() {
    if ! command -v "$PYTHON" >/dev/null 2>&1; then
        apt_install python3 python3-venv || { say "no $PYTHON here: install Python 3.11 or later"; exit 1; }
    fi
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        say "$("$PYTHON" --version) is too old: Gongkai needs Python 3.11 or later (make PYTHON=python3.12 …)"
        exit 1
    }
}

make_venv() { # make_venv FOLDER LOCKFILE
    if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        apt_install "python$version-venv" || {
            say "Python's venv module is missing: apt-get install python$version-venv, then try again"
            exit 1
        }
    fi
    [ -x "$1/bin/python" ] || "$PYTHON" -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$2"
}

case "${1:-}" in
python)
    require_python
    say "installing the pinned packages into $VENV (a minute or two the first time)"
    make_venv "$VENV" requirements-dev.lock
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
    ;;
system)
    # program | Debian packages | what is skipped without it
    while IFS='|' read -r program package purpose; do
        case "$program" in
        font:*) fc-list 2>/dev/null | grep -qi "${program#font:}" && continue ;;
        lib:*) ldconfig -p 2>/dev/null | grep -q "${program#lib:}" && continue ;;
        *) command -v "$program" >/dev/null 2>&1 && continue ;;
        esac
        if can_apt; then
            say "installing $package"
            # shellcheck disable=SC2086 # several packages are several words
            apt_install $package >/dev/null 2>&1 || say "could not install $package: skipping $purpose"
        else
            say "no ${program#*:} here (package $package, needs root to install): skipping $purpose"
        fi
    done <<'TABLE'
fc-list|fontconfig|the check for Chinese fonts
font:noto sans cjk|fonts-noto-cjk|readable documents from Chromium and LibreOffice
chromium|chromium|tests on PDFs printed by Chromium
soffice|libreoffice-writer-nogui|DOC, WPS and RTF, and tests on PDF and Word files made by LibreOffice
lib:libarchive.so.13|libarchive13|RAR files
ceph-osd|radosgw ceph-mon ceph-osd|the tests of storing on Ceph
TABLE
    ;;
swift)
    require_python
    [ -e .venv-swift/.ready ] && exit 0
    say "installing an S3 server for the tests into .venv-swift"
    if make_venv .venv-swift tests/servers/swift-requirements.lock; then
        touch .venv-swift/.ready
    else
        say "could not install OpenStack Swift: skipping the tests on S3"
    fi
    ;;
webarchive)
    require_python
    [ -e .venv-webarchive/.ready ] && exit 0
    say "installing pywb, py-wacz and bagit-python for the tests into .venv-webarchive"
    if make_venv .venv-webarchive tests/servers/webarchive-requirements.lock; then
        touch .venv-webarchive/.ready
    else
        say "could not install them: skipping the tests that validate and replay WACZ files and bags"
    fi
    ;;
*)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
