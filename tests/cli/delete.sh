#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken delete
. "$(dirname "$0")/lib.sh"

make_token work
make_key alice
make_key bob
t 0 '' gt keygen --label bob --type gost2012_512 --pin-file pin --force
t 0 '' gt keygen --label carol --id c0ffee --type gost2012_512 --pin-file pin

t 2 'needs an object' gt delete --pin-file pin
t 2 'not both' gt delete pkcs11:object=alice --label alice --pin-file pin
t 2 'not a pkcs11: URI' gt delete alice --pin-file pin
t 2 'pkcs11: URI' gt delete 'pkcs11:object=%q' --pin-file pin
t 2 'names a token and no object' gt delete pkcs11:token=work --yes --pin-file pin
t 2 '--type is' gt delete --label alice --type keys --pin-file pin
t 2 'hexadecimal' gt delete --id zz --pin-file pin
t 3 'no such object' gt delete --label nobody --yes --pin-file pin
t 3 'no such object' gt delete 'pkcs11:token=work;object=alice;type=cert' --yes --pin-file pin
t 3 'no token matches' gt delete 'pkcs11:token=home;object=alice' --yes --pin-file pin
t 4 'wrong' gt delete --label alice --type key --yes --pin-file wrong-pin
t 4 'terminal' gt delete --label alice --type key --yes

# Several match.
t 3 '2 objects match.*--type' gt delete --label alice --yes --pin-file pin
is "they are named" "$(grep -c '^  pkcs11:token=work;' err)" -eq 2
t 3 '4 objects match' gt delete --label bob --type key --yes --pin-file pin
t 3 '2 objects match' gt delete pkcs11:object=bob --type private --yes --pin-file pin

# Nobody to ask is a no.
t 5 '--yes' gt delete --label alice --type key --pin-file pin
t 0 '' gt list objects --pin-file pin --json
json 'len(j["objects"]) == 8'

t 0 'Deleted the private key' gt delete 'pkcs11:token=work;object=alice;type=private' -y --pin-file pin
t 0 'Deleted the public key' gt delete --label alice --yes --pin-file pin
t 0 '' gt delete --id c0ffee --type key --yes --pin-file pin --json
json 'len(j["deleted"]) == 2 and all("object=carol" in uri for uri in j["deleted"])'
t 0 '' gt -q delete --label bob --type all --yes --pin-file pin
is "-q says nothing" ! -s out
t 0 'nothing on the token' gt list objects --pin-file pin

# The PIN from the URI.
make_key dora
t 0 'Deleted' gt delete "pkcs11:token=work;object=dora;type=public?pin-source=$work/pin" --yes
is "no PIN source in what it says" "$(grep -c pin-source out)" -eq 0
t 0 'Deleted' gt delete "pkcs11:object=dora?pin-value=$pin" --yes
