#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken label
. "$(dirname "$0")/lib.sh"

t 3 'gosttoken init' gt label home --pin-file pin
make_token work
make_key alice
t 2 'needs the new name' gt label
t 2 'UTF-8' gt label '' --pin-file pin
t 2 'at most 32' gt label 123456789012345678901234567890123 --pin-file pin
t 2 'control characters' gt label $'a\tb' --pin-file pin
t 2 'blank at its end' gt label 'work ' --pin-file pin
t 2 'does not take' gt label two words --pin-file pin
t 4 'wrong.*9 tries' gt label home --pin-file wrong-pin
t 4 'terminal' gt label home
t 0 'user-pin-tries-low +work$' gt list
t 0 '"work" is called "home" now' gt label home --pin-file pin
t 3 'no token matches work' gt list objects --token work --pin-file pin
t 0 'token=home.*object=alice.*private' gt list objects --token home --pin-file pin
GOSTTOKEN_PIN=$pin t 0 'дом' gt label дом
t 0 '' gt label back --so --so-pin-file so-pin --json
json 'j["label"] == "back" and j["uri"] == "pkcs11:token=back"'
t 4 'SO PIN .*is wrong; 9 tries' gt label x --so --so-pin-file wrong-pin
t 4 'so-pin-file' gt label x --so

# Another token of that name.
make_token other
t 3 'several tokens' gt label third --pin-file pin
t 1 'a token "other" already' gt label other --token back --pin-file pin
t 0 '' gt label other --token back --pin-file pin --force
t 3 '2 tokens match' gt list objects --token other --pin-file pin
t 0 'ready' gt list

# Somebody who has to change the PIN first is told how.
GOSTTOKEN_DIR=$work/second
make_token work
t 0 '' gt pin set --so-pin-file so-pin --new-pin-file pin --must-change
t 4 'gosttoken pin change' gt label home --pin-file pin
