#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the documents say about installing is not run where they stand, for it changes the machine. So each
# command of those blocks (```text, in the sections below) has a row here that says which test does it in a
# system of its own, and that test must still do it; a command without a row fails. What can be checked here
# is: the packages' names, the options of CMake, the version, and that the trees configure as told.
#   install-blocks.sh SOURCE_DIR
set -euo pipefail
cd "$1"
dir=$(mktemp -d "${TMPDIR:-/tmp}/gosttoken-install.XXXXXX")
trap 'rm -rf "$dir"' EXIT

python3 - "$dir/configure" <<'END'
import os, re, sys
SECTIONS = {'README.md': None, 'README.ru.md': 'Установка', 'docs/install.md': None}
# The command (a regular expression), the test that does it, what stands there.
TABLE = [
    (r'apt-get update', 'tests/debian/root.sh', r'apt-get .*update'),
    (r'apt-get install dpkg-dev build-essential debhelper', 'tests/packages/run', r'dpkg-dev build-essential debhelper'),
    (r'apt-get build-dep \./', 'tests/packages/run', r'apt-get build-dep .*\./'),
    (r'(DEB_BUILD_OPTIONS=nocheck )?dpkg-buildpackage -b -us -uc', 'tests/packages/run', r'dpkg-buildpackage -b -us -uc'),
    (r'apt-get install (\.\.?/\S+_\*\.deb ?)+(openssl)?', 'tests/packages/run', r'apt-get install .*/packages/\*\.deb openssl'),
    (r'git archive --prefix=gosttoken-\S+/ HEAD \| gzip .*/SOURCES/gosttoken-\S+\.tar\.gz', 'tests/packages/rpm',
     r'archive --prefix="gosttoken-\$version/" HEAD \| gzip'),
    (r'rpmbuild -ba packaging/gosttoken\.spec', 'tests/packages/rpm', r'rpmbuild .*-b'),
    (r'cmake --preset release .*', 'tests/docs/install-blocks.sh', r'as it is told'),
    (r'cmake --build build', 'run-tests', r'cmake --build --preset'),
    (r'(sudo )?cmake --install build', 'tests/cli/install.sh', r'cmake --install "\$build"'),
    (r'(sudo )?cmake --build build --target uninstall', 'tests/cli/install.sh', r'--target uninstall'),
    (r'\./quickstart .*', 'tests/debian13/run', r'\./quickstart &&'),
    (r'\./run-tests .*', 'tests/debian13/run', r'&& \./run-tests'),
]
control = open('debian/control').read()
packages = set(re.findall(r'^Package: (\S+)', control, re.M))
cmake = open('CMakeLists.txt').read() + ''.join(open('cmake/' + f).read() for f in sorted(os.listdir('cmake')))
version = re.search(r'^project\(gosttoken VERSION (\S+)', cmake, re.M).group(1)
wrong, seen, configure = [], set(), []
for document, section in SECTIONS.items():
    text = open(document, encoding='utf-8').read()
    if section:
        text = re.search(r'^## %s\n(.*?)(?=^## )' % section, text, re.S | re.M).group(1)
    for block in re.findall(r'^```text\n(.*?)^```', text, re.S | re.M):
        if '[' in block.split('\n')[0] or ' = ' in block: # a file's contents, no commands
            continue
        for line in block.replace('\\\n', ' ').strip().split('\n'):
            line = re.sub(r'  +', ' ', line.strip())
            rows = [r for r in TABLE if re.fullmatch(r[0], line)]
            if len(rows) != 1:
                wrong.append('%s: no test is known for: %s' % (document, line))
                continue
            seen.add(rows[0][0])
            if not re.search(rows[0][2], open(rows[0][1], encoding='utf-8').read()):
                wrong.append('%s: %s does not do this any more: %s' % (document, rows[0][1], line))
            for name in re.findall(r'/([a-z0-9-]+)_\*\.deb', line):
                if name not in packages:
                    wrong.append('%s: there is no package %s' % (document, name))
            for name in re.findall(r'gosttoken-([0-9][0-9.]*[0-9])', line):
                if name != version:
                    wrong.append('%s: the version is %s, not %s' % (document, version, name))
            if line.startswith('./') and not os.access(line.split()[0], os.X_OK):
                wrong.append('%s: %s is no program' % (document, line.split()[0]))
            if line.startswith('cmake --preset'):
                configure.append(line)
for row in TABLE:
    if row[0] not in seen:
        wrong.append('no document says it: ' + row[0])
print('\n'.join(wrong))
open(sys.argv[1], 'w').write('\n'.join(configure) + '\n')
sys.exit(1 if wrong or len(configure) < 2 else 0)
END

# The tree is configured as it is told, in a directory of its own; an option that CMake does not know is a mistake.
n=0
while read -r command; do
    n=$((n + 1))
    if ! HOME=$dir/home bash -c "$command -B '$dir/build$n'" >"$dir/log" 2>&1; then
        tail -n 30 "$dir/log"
        echo "this failed: $command"
        exit 1
    fi
    if grep -A4 'Manually-specified variables were not used' "$dir/log"; then
        echo "an option is not known: $command"
        exit 1
    fi
done <"$dir/configure"
echo "$n trees configured"
