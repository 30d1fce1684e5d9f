#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken journal show, verify
. "$(dirname "$0")/lib.sh"

t 2 'show or verify' gt journal
t 2 'show or verify' gt journal shown
t 3 'gosttoken init' gt journal show
t 0 'Nothing has been recorded' gt journal show --token gosttoken
t 0 '' gt journal show --token gosttoken --json
json 'j["records"] == []'
t 0 'no records' gt journal verify --token gosttoken
make_token work
make_key alice
t 4 'wrong' gt list objects --pin-file wrong-pin

# show: newest last, times in ISO 8601.
t 0 '^ +1  20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z  token-create ' gt journal show
is "the wrong PIN is last" "$(tail -1 out | grep -c 'login .*user=user.*wrong PIN')" -eq 1
is "no PIN, and no hash" "$(grep -c 'hash=' out)" -eq 0
t 0 '' gt journal show --json
json 'j["journal"] == 1 and j["token"] == "work" and len(j["records"]) == j["last"]'
json '[r["seq"] for r in j["records"]] == list(range(1, j["last"] + 1))'
json '{"token-create", "login", "pin-init", "key-create"} <= {r["event"] for r in j["records"]}'
json 'all(len(r["hash"]) == 64 and r["time"].endswith("Z") for r in j["records"])'

# --since
t 0 'Nothing.*since then' gt journal show --since 2099-01-01
t 0 'token-create' gt journal show --since 2001-01-01T00:00:00Z
t 0 'token-create' gt journal show --since '2001-01-01 00:00'
t 0 '' gt journal show --json
from=$(python3 -c 'import json
print(json.load(open("out"))["records"][-1]["time"])')
t 0 '' gt journal show --since "$from" --json
json "j['records'] and all(r['time'] >= '$from' for r in j['records'])"
for bad in yesterday 2026-13-01 2026-11-22T xZ ''; do
    t 2 '--since takes' gt journal show --since "$bad"
done

# verify: the chain; with a PIN the anchor too.
t 0 'is whole: records 1 to' gt journal verify
t 0 'Only its chain' gt journal verify
t 0 "token's key" gt journal verify --pin-file pin
t 0 '' gt journal verify --pin-file pin --json
json 'j["checked"] and not j["altered"] and j["anchored"] == j["last"]'
t 4 'wrong' gt journal verify --pin-file wrong-pin
t 4 'terminal' gt journal verify --login

# Somebody alters it: the first record that does not fit is named, whoever asks.
cp tokens/token-0.db whole
alter() {
    cp whole tokens/token-0.db
    checks=$((checks + 1))
    "$build/tests/cli-alter" "$GOSTTOKEN_DIR" 0 "$1" >out 2>err || flaw "cli-alter $1"
}
alter "UPDATE journal SET body = CAST(replace(CAST(body AS TEXT), 'user', 'usir') AS BLOB)
    WHERE seq = 3"
t 1 'was altered: record 3 is the first that does not fit' gt journal verify
t 1 'record 3 is the first' gt journal verify --pin-file pin
t 1 'record 3 is the first' gt journal verify --json
t 0 'ALTERED' gt info
t 0 '' gt info --json
json 'j["journal"]["altered"]'
t 0 'usir' gt journal show
alter 'DELETE FROM journal WHERE seq = 2'
t 1 'record 2 is the first' gt journal verify
# The login finds out about what was written without one, and has it on record.
alter "UPDATE journal SET body = CAST(replace(CAST(body AS TEXT), 'wrong', 'right') AS BLOB)
    WHERE seq = (SELECT max(seq) FROM journal)"
t 0 'right PIN' gt journal show
t 0 '' gt list objects --pin-file pin
t 1 'is the first that does not fit' gt journal verify
t 0 'journal-altered' gt journal show
# All of it gone, and the chain begun anew: only the key can tell.
alter 'DELETE FROM journal'
t 1 'record 1 is the first' gt journal verify

# What somebody has written into it neither drives the terminal nor spoils the JSON.
alter "UPDATE journal SET body = CAST(replace(CAST(body AS TEXT), '\"time\":\"20',
    '\"' || char(27) || '[31m\":\"x' || CAST(X'ff' AS TEXT) || '\",\"time\":\"' || char(27) || '[32m20') AS BLOB) WHERE seq = 3"
t 0 'x1b.32m20' gt journal show
is "no escape reaches the terminal" "$(grep -c $'\e' out)" -eq 0
t 0 '' gt journal show --json
json '"\x1b[31m" in j["records"][2]'

# A damaged file.
python3 - <<'END'
data = bytearray(open('whole', 'rb').read())
at = data.find(b'"event":"pin-init"')
data[at + 10] ^= 1
open('tokens/token-0.db', 'wb').write(data)
END
t 1 'token-0.db.*checksum is wrong' gt journal verify
t 1 'token-0.db.*checksum is wrong' gt journal show
t 0 'cannot be read' gt info
cp whole tokens/token-0.db
t 0 'is whole' gt journal verify

# Switched off; kept by a format.
echo 'journal = off' >off.conf
GOSTTOKEN_CONF=$work/off.conf t 0 'off .gosttoken.conf' gt info
t 0 '' gt format --force --yes --so-pin-file so-pin --new-pin-file pin
t 0 'key-create' gt journal show
t 0 'token-init' gt journal show
